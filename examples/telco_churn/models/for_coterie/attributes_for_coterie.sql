{#- Attribute and the SQL of its value, a number in a text or a category. A service that cannot be had without another one is missing
    where that one is not taken. -#}
{%- set attributes = [
    ['tenure', 'cast("tenure" as varchar)'],
    ['monthly_charges', 'cast("MonthlyCharges" as varchar)'],
    ['total_charges', 'cast(nullif(trim("TotalCharges"), \'\') as varchar)'],
    ['senior', 'cast("SeniorCitizen" as varchar)'],
    ['partner', 'case "Partner" when \'Yes\' then \'1\' else \'0\' end'],
    ['dependents', 'case "Dependents" when \'Yes\' then \'1\' else \'0\' end'],
    ['phone', 'case "PhoneService" when \'Yes\' then \'1\' else \'0\' end'],
    ['paperless', 'case "PaperlessBilling" when \'Yes\' then \'1\' else \'0\' end'],
    ['multiple_lines', 'case "MultipleLines" when \'Yes\' then \'1\' when \'No\' then \'0\' end'],
    ['online_security', 'case "OnlineSecurity" when \'Yes\' then \'1\' when \'No\' then \'0\' end'],
    ['online_backup', 'case "OnlineBackup" when \'Yes\' then \'1\' when \'No\' then \'0\' end'],
    ['device_protection', 'case "DeviceProtection" when \'Yes\' then \'1\' when \'No\' then \'0\' end'],
    ['tech_support', 'case "TechSupport" when \'Yes\' then \'1\' when \'No\' then \'0\' end'],
    ['streaming_tv', 'case "StreamingTV" when \'Yes\' then \'1\' when \'No\' then \'0\' end'],
    ['streaming_movies', 'case "StreamingMovies" when \'Yes\' then \'1\' when \'No\' then \'0\' end'],
    ['internet', '"InternetService"'],
    ['contract', '"Contract"'],
    ['payment', '"PaymentMethod"'],
    ['woman', 'case "gender" when \'Female\' then \'1\' else \'0\' end'],
] -%}
with published as (
    select * from {{ source('ibm', 'telco_churn') }}
),

attributes as (
    {% for attribute, value in attributes %}
    select
        'telco' as source_system,
        "customerID" as contact_key,
        '{{ attribute }}' as attribute,
        {{ value }} as value,
        '{{ var("known_on") }}' as observed_at
    from published
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from attributes
where value is not null
