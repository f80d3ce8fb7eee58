-- A score model in force without its terms would leave its customers to the rule of thumb, and nobody would hear of it.
with score_models as (

    select * from {{ ref('coterie', 'score_models') }}
    where status = 'accepted'

),

score_terms as (

    select
        model_version,
        count(distinct case when kind in ('feature', 'pair') then term end) as terms,
        count(case when kind not in ('feature', 'pair') then 1 end) as other_numbers
    from {{ ref('coterie', 'score_terms') }}
    group by model_version

)

select
    score_models.model_version,
    score_models.terms,
    score_terms.terms as terms_found
from score_models
left join score_terms
    on score_models.model_version = score_terms.model_version
-- Intercept, offset and slope.
where coalesce(score_terms.terms, 0) <> score_models.terms or coalesce(score_terms.other_numbers, 0) <> 3
