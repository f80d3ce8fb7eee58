-- A score model in force without its terms would leave its customers to the rule of thumb, and nobody would hear of it.
with score_models as (

    select * from {{ ref('coterie', 'score_models') }}
    where status = 'accepted'

),

terms as (

    select
        model_version,
        term,
        count(contribution) as bins,
        (max(bin) + 1) * (coalesce(max(bin_2), 0) + 1) as expected_bins
    from {{ ref('coterie', 'score_terms') }}
    where kind in ('feature', 'pair')
    group by model_version, term

),

other_numbers as (

    select
        model_version,
        count(contribution) as other_numbers
    from {{ ref('coterie', 'score_terms') }}
    where kind in ('intercept', 'calibration_offset', 'calibration_slope')
    group by model_version

),

score_terms as (

    select
        terms.model_version,
        count(*) as terms,
        count(case when terms.bins <> terms.expected_bins then 1 end) as broken_terms,
        max(other_numbers.other_numbers) as other_numbers
    from terms
    left join other_numbers
        on terms.model_version = other_numbers.model_version
    group by terms.model_version

)

select
    score_models.model_version,
    score_models.terms,
    score_terms.terms as terms_found
from score_models
left join score_terms
    on score_models.model_version = score_terms.model_version
-- Intercept, offset and slope.
where
    coalesce(score_terms.terms, 0) <> score_models.terms
    or coalesce(score_terms.other_numbers, 0) <> 3
    or score_terms.broken_terms > 0
