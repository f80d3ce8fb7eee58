with contacts as (
    select * from {{ ref('coterie', 'stg_contacts') }}
),

contact_sightings as (
    select * from {{ ref('coterie', 'contact_sightings') }}
),

shared_identifiers as (
    {{ coterie.shared_identifiers('contacts') }}
),

-- A contact's label sorts by creation (those without a date last), so that the smallest label of a group is its
-- earliest contact. A text and not a rank: to number all contacts one task would have to sort them all.
labelled_identifiers as (
    select
        source_system,
        contact_key,
        method,
        identifier,
        coalesce(cast(created_at as string), '~') || '|' || source_system || '|' || contact_key as contact_label
    from shared_identifiers
),

labels_0 as (
    select
        source_system,
        contact_key,
        method,
        identifier,
        contact_label,
        contact_label as group_label
    from labelled_identifiers
),
{% for round in range(1, var('identity_rounds') + 1) %}
-- Each round hands the smallest label first to all who share an identifier, then to all identifiers of a contact.
identifier_labels_{{ round }} as (
    select
        source_system,
        contact_key,
        method,
        identifier,
        contact_label,
        min(group_label) over (partition by method, identifier) as group_label
    from labels_{{ round - 1 }}
),

labels_{{ round }} as (
    select
        source_system,
        contact_key,
        method,
        identifier,
        contact_label,
        min(group_label) over (partition by contact_label) as group_label
    from identifier_labels_{{ round }}
),
{% endfor %}
linked_contacts as (
    select
        source_system,
        contact_key,
        contact_label,
        group_label,
        -- email before phone_and_last_name
        min(method) as method
    from labels_{{ var('identity_rounds') }}
    group by source_system, contact_key, contact_label, group_label
),

linked_to_earliest as (
    select
        linked_contacts.source_system,
        linked_contacts.contact_key,
        linked_contacts.method,
        linked_contacts.contact_label = linked_contacts.group_label as is_earliest,
        earliest_contacts.source_system as earliest_source_system,
        earliest_contacts.contact_key as earliest_contact_key
    from linked_contacts
    inner join linked_contacts as earliest_contacts
        on linked_contacts.group_label = earliest_contacts.contact_label
),

customer_identities as (
    select
        contact_sightings.source_system,
        contact_sightings.contact_key,
        md5(
            coalesce(linked_to_earliest.earliest_source_system, contact_sightings.source_system)
            || '|'
            || coalesce(linked_to_earliest.earliest_contact_key, contact_sightings.contact_key)
        ) as customer_id,
        case
            when not contact_sightings.has_contact_record then 'unknown_contact'
            when coalesce(linked_to_earliest.is_earliest, true) then 'own'
            else linked_to_earliest.method
        end as method
    from contact_sightings
    left join linked_to_earliest
        on
            contact_sightings.source_system = linked_to_earliest.source_system
            and contact_sightings.contact_key = linked_to_earliest.contact_key
)

select * from customer_identities
