{{ config(materialized='view') }}

with messages as (
    select * from {{ ref('coterie', 'stg_messages') }}
),

identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

customer_messages as (
    select
        identities.customer_id,
        messages.source_system,
        messages.message_key,
        cast(messages.sent_at as date) as activity_date,
        {%- for reaction in ['delivered', 'opened', 'clicked', 'unsubscribed', 'bounced'] %}
        -- Never before the message itself, whatever the clocks of two systems say.
        case
            when messages.{{ reaction }}_at is not null
                then cast(greatest(messages.sent_at, messages.{{ reaction }}_at) as date)
        end as {{ reaction }}_on{{ ',' if not loop.last }}
        {%- endfor %}
    from messages
    inner join identities
        on
            messages.source_system = identities.source_system
            and messages.contact_key = identities.contact_key
)

select * from customer_messages
