with checked_attributes as (
    select * from {{ ref('coterie', 'checked_attributes') }}
),

accepted as (
    select
        source_system,
        contact_key,
        attribute,
        value,
        value_number,
        value_unit,
        observed_at,
        record_key
    from checked_attributes
    where reason_code is null and copy_number = 1
)

select * from accepted
