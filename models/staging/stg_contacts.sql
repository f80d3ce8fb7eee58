with checked_contacts as (
    select * from {{ ref('coterie', 'checked_contacts') }}
),

accepted as (
    select
        source_system,
        contact_key,
        email,
        phone,
        first_name,
        last_name,
        first_name_match,
        last_name_match,
        birth_date,
        gender,
        marital_status,
        education,
        occupation,
        street,
        postal_code,
        city,
        region,
        country,
        created_at,
        updated_at,
        record_key
    from checked_contacts
    where reason_code is null and copy_number = 1
)

select * from accepted
