-- Linking takes a bounded number of rounds. If contacts that share an identifier are still two customers after
-- them, a chain is longer than the rounds reach: raise var identity_rounds.
with contacts as (
    select * from {{ ref('coterie', 'stg_contacts') }}
),

identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

shared_identifiers as (
    {{ coterie.shared_identifiers('contacts') }}
),

split_identifiers as (
    select
        shared_identifiers.method,
        shared_identifiers.identifier,
        count(distinct identities.customer_id) as customers
    from shared_identifiers
    inner join identities
        on
            shared_identifiers.source_system = identities.source_system
            and shared_identifiers.contact_key = identities.contact_key
    group by shared_identifiers.method, shared_identifiers.identifier
    having count(distinct identities.customer_id) > 1
)

select * from split_identifiers
