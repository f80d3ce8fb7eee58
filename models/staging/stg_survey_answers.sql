with checked_survey_answers as (
    select * from {{ ref('coterie', 'checked_survey_answers') }}
),

accepted as (
    select
        source_system,
        contact_key,
        survey_key,
        question_key,
        answer_value,
        answer_text,
        answered_at,
        record_key
    from checked_survey_answers
    where reason_code is null and copy_number = 1
)

select * from accepted
