with checked_messages as (
    select * from {{ ref('coterie', 'checked_messages') }}
),

accepted as (
    select
        source_system,
        message_key,
        contact_key,
        campaign_key,
        channel,
        sent_at,
        delivered_at,
        opened_at,
        clicked_at,
        unsubscribed_at,
        bounced_at,
        record_key
    from checked_messages
    where reason_code is null and copy_number = 1
)

select * from accepted
