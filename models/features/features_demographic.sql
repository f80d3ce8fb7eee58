with customer_dates as (
    select * from {{ ref('coterie', 'customer_as_of_dates') }}
),

golden_records as (
    select * from {{ ref('coterie', 'golden_records') }}
),

-- A value without a date of knowledge belongs to a customer without any date, who exists at the current date only.
known_values as (
    select
        customer_dates.customer_id,
        customer_dates.as_of_date,
        {%- for column in ['birth_date', 'gender', 'marital_status', 'education'] %}
        case
            when coalesce(golden_records.{{ column }}_known_on, customer_dates.as_of_date) <= customer_dates.as_of_date
                then golden_records.{{ column }}
        end as {{ column }},
        {%- endfor %}
        cast(golden_records.first_seen_at as date) as first_seen_on
    from customer_dates
    inner join golden_records
        on customer_dates.customer_id = golden_records.customer_id
),

features_demographic as (
    select
        customer_id,
        as_of_date,
        -- Completed years: month and day as one number, so that the birthday itself counts.
        extract(year from as_of_date) - extract(year from birth_date)
        - case
            when
                extract(month from as_of_date) * 100 + extract(day from as_of_date)
                < extract(month from birth_date) * 100 + extract(day from birth_date)
                then 1
            else 0
        end as age_years,
        case when gender is not null then case when gender = 'female' then 1 else 0 end end as is_female,
        case
            when marital_status is not null
                then case when marital_status in ('married', 'partnered') then 1 else 0 end
        end as has_partner,
        case education
            when 'primary' then 1
            when 'secondary' then 2
            when 'bachelor' then 3
            when 'master' then 4
            when 'doctorate' then 5
        end as education_level,
        {{ dbt.datediff('first_seen_on', 'as_of_date', 'day') }}
            as tenure_days
    from known_values
)

select * from features_demographic
