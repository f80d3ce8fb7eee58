with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

survey_answers as (
    select * from {{ ref('coterie', 'stg_survey_answers') }}
),

interests as (
    select * from {{ ref('coterie', 'stg_interests') }}
),

-- Two contacts of a customer may have answered the same question: the latest answer known at each date holds.
answers_as_of as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        survey_answers.survey_key,
        survey_answers.question_key,
        survey_answers.answer_value,
        row_number() over (
            partition by
                customer_dates.customer_id,
                customer_dates.as_of_date,
                survey_answers.survey_key,
                survey_answers.question_key
            order by survey_answers.answered_at desc, survey_answers.record_key desc
        ) as recency_rank
    from survey_answers
    inner join identities
        on
            survey_answers.source_system = identities.source_system
            and survey_answers.contact_key = identities.contact_key
    inner join customer_dates
        on
            identities.customer_id = customer_dates.customer_id
            and cast(survey_answers.answered_at as date) <= customer_dates.as_of_date
),

survey_sums as (
    select
        customer_id,
        as_of_date,
        count(*) as survey_answers
        {%- for scale, questions in var('survey_scales').items() %},
        {{ coterie.divide(
            "sum(case when question_key in ('" ~ questions | join("', '") ~ "') then answer_value end)",
            "count(case when question_key in ('" ~ questions | join("', '") ~ "') then answer_value end)"
        ) }} as scale_{{ scale }}
        {%- endfor %}
    from answers_as_of
    where recency_rank = 1
    group by customer_id, as_of_date
),

interests_as_of as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        interests.interest,
        interests.strength,
        row_number() over (
            partition by customer_dates.customer_id, customer_dates.as_of_date, interests.interest
            order by interests.observed_at desc, interests.record_key desc
        ) as recency_rank
    from interests
    inner join identities
        on
            interests.source_system = identities.source_system
            and interests.contact_key = identities.contact_key
    inner join customer_dates
        on
            identities.customer_id = customer_dates.customer_id
            and cast(interests.observed_at as date) <= customer_dates.as_of_date
),

interest_sums as (
    select
        customer_id,
        as_of_date,
        count(*) as interests,
        {{ coterie.divide('sum(strength)', 'count(strength)') }} as mean_interest_strength
    from interests_as_of
    where recency_rank = 1
    group by customer_id, as_of_date
),

features_psychographic as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        coalesce(survey_sums.survey_answers, 0) as survey_answers,
        {%- for scale in var('survey_scales') %}
        survey_sums.scale_{{ scale }},
        {%- endfor %}
        coalesce(interest_sums.interests, 0) as interests,
        interest_sums.mean_interest_strength
    from customer_dates
    left join survey_sums
        on
            customer_dates.customer_id = survey_sums.customer_id
            and customer_dates.as_of_date = survey_sums.as_of_date
    left join interest_sums
        on
            customer_dates.customer_id = interest_sums.customer_id
            and customer_dates.as_of_date = interest_sums.as_of_date
)

select * from features_psychographic
