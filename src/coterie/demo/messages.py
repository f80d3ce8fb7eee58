"""Campaign messages: a mailing every ten days, opened and clicked by temperament."""

from coterie.demo.damage import UNPARSABLE_DATES, damage_of
from coterie.demo.dates import canonical, epoch, other_spelling
from coterie.demo.randomness import normal, pick, salt, uniform, whole

# Days between two mailings; the first goes out in the middle of the first ten days.
CAMPAIGN_DAYS = 10


def sent_at(number: str) -> str:
    """Give the SQL of when a campaign goes out."""
    return (
        f"period_start + to_days(cast({number} * {CAMPAIGN_DAYS} - 5 as integer)) + interval 8 hour"
    )


def messages_query(days: int) -> str:
    """One row per message of the chunk, clean, with ``state`` and ``damage``."""
    campaigns = (days + 4) // CAMPAIGN_DAYS
    return f"""
with subscribers as (
    select
        person_id,
        state,
        first_day,
        first_active_at,
        dropout_at,
        shop_at,
        crm_at,
        newsletter_at,
        shop_key,
        crm_key,
        newsletter_key,
        open_share,
        click_share,
        -- The number of mailings a subscriber bears before unsubscribing.
        cast(floor(-ln(1 - {uniform("state", "patience")}) * 160) as bigint) as patience,
        exp(0.3 * {normal("state", "curiosity")}) as curiosity,
        mixed(state, {salt("messages")}) as messages_state
    from chunk_people
    where {uniform("state", "subscribed")} < 0.88
),
addressed as (
    select
        *,
        first_day // {CAMPAIGN_DAYS} as campaigns_missed,
        unnest(range(0, least(patience + 1, {campaigns} - first_day // {CAMPAIGN_DAYS})))
            as mailing_number
    from subscribers
),
numbered as (
    select
        * exclude (state, messages_state),
        campaigns_missed + mailing_number + 1 as campaign_number,
        {whole("state", "batch", 7200)} as batch,
        child_state(messages_state, campaigns_missed + mailing_number + 1) as state
    from addressed
),
received as (
    select
        numbered.*,
        {sent_at("campaign_number")} + to_seconds(batch) as sent_at
    from numbered, period
    where
        {sent_at("campaign_number")} > first_active_at
        and {uniform("state", "is sent")} < 0.62
),
reacted as (
    select
        *,
        case
            when newsletter_at <= sent_at then 'newsletter'
            when shop_at <= sent_at then 'shop'
            else 'crm'
        end as source_system,
        {uniform("state", "bounces")} < 0.012 as is_bounced,
        {uniform("state", "opens")} < least(0.97, open_share * curiosity)
            * case when dropout_at < sent_at then 0.15 else 1 end as is_opened,
        {uniform("state", "clicks")} < least(0.9, click_share * curiosity) as is_clicked,
        sent_at + to_seconds({whole("state", "delivery", 300)}) as delivered_at
    from received
),
timed as (
    select
        *,
        delivered_at + to_seconds(60 + cast(floor(
            -ln(1 - {uniform("state", "opening")}) * 20000) as bigint)) as opening_at,
        20 + {whole("state", "clicking", 400)} as seconds_to_click,
        case source_system
            when 'newsletter' then newsletter_key when 'shop' then shop_key else crm_key
        end as contact_key
    from reacted
),
seen as (
    select
        timed.*,
        case when is_opened and not is_bounced and opening_at < period_end - interval 1 hour
            then opening_at end as opened_at
    from timed, period
    where case source_system when 'crm' then crm_at <= sent_at else true end
)
select
    *,
    case when is_clicked then opened_at + to_seconds(seconds_to_click) end as clicked_at,
    case when mailing_number = patience and not is_bounced
        then coalesce(opened_at, delivered_at) + interval 15 second end as unsubscribed_at,
    {damage_of("messages", "state")} as damage
from seen"""


def raw_messages_query() -> str:
    """Messages as the mailing tool writes them (epoch seconds), damage done."""
    return f"""
select
    source_system,
    case when damage is null or damage <> 'missing_key'
        then 'm' || (person_id * 4096 + campaign_number) end as message_key,
    contact_key,
    'c' || lpad(cast(campaign_number as varchar), 3, '0') as campaign_key,
    case when {uniform("state", "is text message")} < 0.06 then 'sms' else 'email' end as channel,
    case damage
        when 'missing_date' then null
        when 'unparsable_date' then {pick(UNPARSABLE_DATES, "state", "no date")}
        when 'in_the_future' then {epoch("sent_at + interval 900 day")}
        when 'date_spelling' then {other_spelling("sent_at", "state")}
        else {epoch("sent_at")}
    end as sent_at,
    case when not is_bounced then {epoch("delivered_at")} end as delivered_at,
    case damage when 'opened_at_unreadable' then 'yes' else {epoch("opened_at")} end as opened_at,
    {epoch("clicked_at")} as clicked_at,
    {epoch("unsubscribed_at")} as unsubscribed_at,
    case when is_bounced then {epoch("delivered_at")} end as bounced_at,
    damage,
    case damage when 'date_spelling' then {canonical("sent_at")} end as expected_value
from chunk_messages"""
