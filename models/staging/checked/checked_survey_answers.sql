with raw_survey_answers as (
    {{ coterie.input('survey_answers') }}
),

cleaned as (
    select
        {{ coterie.raw_columns('survey_answers', 'raw_survey_answers') }}
        {{ coterie.clean_key('raw_survey_answers.source_system') }} as source_system,
        {{ coterie.clean_key('raw_survey_answers.contact_key') }} as contact_key,
        {{ coterie.clean_key('raw_survey_answers.survey_key') }} as survey_key,
        {{ coterie.clean_key('raw_survey_answers.question_key') }} as question_key,
        {{ coterie.clean_number('raw_survey_answers.answer_value') }} as answer_value,
        {{ coterie.clean_text('raw_survey_answers.answer_text') }} as answer_text,
        {{ coterie.clean_timestamp('raw_survey_answers.answered_at') }} as answered_at
    from raw_survey_answers
),

judged as (
    select
        *,
        case
            when source_system is null or contact_key is null or survey_key is null or question_key is null
                then 'missing_key'
            when {{ coterie.clean_key('raw_answered_at') }} is null then 'missing_date'
            when answered_at is null then 'unparsable_date'
            when {{ coterie.is_in_the_future('answered_at') }} then 'in_the_future'
        end as reason_code
    from cleaned
),

-- an answer given later takes nothing from what was known before: every moment is a record of its own
{{ coterie.settle_rows(
    'survey_answers',
    keys=['source_system', 'contact_key', 'survey_key', 'question_key', 'answered_at']
) }}

select
    source_system,
    contact_key,
    survey_key,
    question_key,
    answer_value,
    answer_text,
    answered_at,
    {{ coterie.settled_columns(
        'survey_answers',
        ['source_system', 'contact_key', 'survey_key', 'question_key', 'answered_at']
    ) }}
from settled
