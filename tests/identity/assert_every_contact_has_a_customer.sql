-- A contact named by any accepted record and missing here would lose its orders and events without a sound: every
-- feature joins facts to customers through customer_identities. Its key test sees to "not more than one".
with identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

golden_records as (
    select * from {{ ref('coterie', 'golden_records') }}
),

named_contacts as (
    {%- for table in [
        'stg_contacts', 'stg_orders', 'stg_events', 'stg_messages', 'stg_survey_answers', 'stg_interests',
        'stg_consents', 'stg_outcomes', 'stg_attributes'
    ] %}
    select distinct
        '{{ table }}' as named_in,
        source_system,
        contact_key
    from {{ ref('coterie', table) }}
    where contact_key is not null
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

lost_contacts as (
    select named_contacts.*
    from named_contacts
    left join identities
        on
            named_contacts.source_system = identities.source_system
            and named_contacts.contact_key = identities.contact_key
    left join golden_records
        on identities.customer_id = golden_records.customer_id
    where golden_records.customer_id is null
)

select * from lost_contacts
