"""What else is known of people: surveys, interests, consents, erasures, outcomes, attributes."""

from coterie.demo.customer_types import CATEGORIES, QUESTIONS, TYPES
from coterie.demo.damage import UNPARSABLE_DATES, damage_of
from coterie.demo.dates import by_system, canonical, other_spelling
from coterie.demo.randomness import choose, normal, pick, pick_by_type, salt, uniform, whole
from coterie.demo.spellings import CATEGORIES as CATEGORY_SPELLINGS
from coterie.demo.spellings import VALUES

# The record a fact about a person is attached to, and since when that record exists.
_MAIN_CONTACT = """
        case when crm_key is not null then 'crm' when shop_key is not null then 'shop'
            else 'newsletter' end as source_system,
        coalesce(crm_key, shop_key, newsletter_key) as contact_key,
        coalesce(crm_at, shop_at, newsletter_at) as known_at"""

# Seconds in which a fact can become known, until an hour before the end.
_SECONDS_LEFT = "greatest(1, date_diff('second', known_at, period_end) - 3600)"

TIERS = ("bronze", "argent", "or", "platine")
REASONS = ("Prix", "Déménagement", "Concurrence", "Qualité", "sans réponse")


def _date(at: str, column: str) -> str:
    """Give the SQL of a date column with the date damages of its table."""
    return f"""case damage
        when 'missing_date' then null
        when 'unparsable_date' then {pick(UNPARSABLE_DATES, "state", "no date")}
        when 'in_the_future' then {by_system(f"{at} + interval 900 day")}
        when 'date_spelling' then {other_spelling(at, "state")}
        else {by_system(at)}
    end as {column}"""


def _contact_key() -> str:
    return "case damage when 'missing_key' then null else contact_key end as contact_key"


def _told_again(name: str, when: str) -> str:
    """Give the SQL of first facts and, for some of them, another told 1 to 250 days later."""
    later = f"{when} + to_seconds(86400 + {whole('state', 'later', 250 * 86400)})"
    return f"""
    select *, false as is_again from {name}
    union all
    select
        {name}.* replace (child_state(state, 1) as state, {later} as {when}),
        true as is_again
    from {name}, period
    where {uniform("person_state", "changes mind")} < 0.3 and {later} < period_end"""


def raw_survey_answers_query() -> str:
    """Answers of a fifth of the people, 1 to 5 around the mean of their type; some answer twice."""
    means = ", ".join(str(mean) for kind in TYPES for mean in kind.answers)
    questions = ", ".join(f"'{question}'" for question in QUESTIONS)
    return f"""
with asked as (
    select
        state as person_state,
        type_number,
        country,
        {_MAIN_CONTACT}
    from chunk_people
    where {uniform("state", "surveyed")} < 0.2
),
numbered as (
    select
        *,
        unnest(range(1, {len(QUESTIONS) + 1})) as question_number
    from asked
),
answered as (
    select
        numbered.*,
        child_state(mixed(person_state, {salt("survey")}), question_number) as state,
        known_at + to_seconds({
        whole(
            "person_state",
            "survey delay",
            _SECONDS_LEFT,
        )
    } + question_number * 20)
            as answered_on
    from numbered, period
),
repeated as ({_told_again("answered", "answered_on")}
),
valued as (
    select
        * exclude (known_at),
        case when {uniform("state", "skipped")} >= 0.03 then
            cast(greatest(1, least(5, round(
                ([{means}])[(type_number - 1) * {len(QUESTIONS)} + question_number]
                + 0.7 * {normal("state", "answer")}
            ))) as integer) end as answer_value
    from repeated
),
damaged as (
    select *, {damage_of("survey_answers", "state")} as damage from valued
)
select
    source_system,
    {_contact_key()},
    'lifestyle_2025' as survey_key,
    ([{questions}])[question_number] as question_key,
    case damage when 'answer_unreadable' then 'ne sait pas' else cast(answer_value as varchar) end
        as answer_value,
    case when question_number = {len(QUESTIONS)} and {uniform("state", "has words")} < 0.3
        then {
        pick(
            (
                "Très satisfaite",
                "Livraison trop lente",
                "Bon rapport qualité-prix",
                "Plus de choix svp",
                "RAS",
                "Service client aimable",
            ),
            "state",
            "words",
        )
    }
    end as answer_text,
    {_date("answered_on", "answered_at")},
    damage,
    case damage when 'date_spelling' then {canonical("answered_on")} end as expected_value
from damaged"""


def raw_interests_query() -> str:
    """One to three declared interests of six people in ten, distinct; some change in strength."""
    spelling = choose(CATEGORY_SPELLINGS, "category", "state", "interest noise", "category")
    names = ", ".join(f"'{category}'" for category in CATEGORIES)
    return f"""
with interested as (
    select
        state as person_state,
        type_number,
        {_MAIN_CONTACT},
        {pick_by_type([kind.categories for kind in TYPES], "type_number", "state", "interest")}
            as favourite
    from chunk_people
    where {uniform("state", "interested")} < 0.6
),
numbered as (
    select
        *,
        unnest(range(0, 1 + {whole("person_state", "interests", 3)})) as interest_number
    from interested
),
chosen as (
    select
        numbered.*,
        child_state(mixed(person_state, {salt("interests")}), interest_number) as state,
        -- Steps of 0, 3 and 6 places around the list of ten never meet.
        ([{names}])[1 + (list_position([{names}], favourite) - 1 + interest_number * 3) % 10]
            as category,
        known_at
            + to_seconds({whole("person_state", "interest delay", _SECONDS_LEFT)})
            as observed_on
    from numbered, period
),
repeated as ({_told_again("chosen", "observed_on")}
),
damaged as (
    select *, {damage_of("interests", "state")} as damage from repeated
)
select
    source_system,
    {_contact_key()},
    case damage
        when 'interest_spelling' then {spelling}
        else category
    end as interest,
    case when {uniform("state", "has strength")} < 0.85 then cast(cast(
        case interest_number when 0 then 0.6 else 0.2 end + 0.4 * {uniform("state", "strength")}
        as decimal(9, 2)) as varchar) end as strength,
    {_date("observed_on", "observed_at")},
    damage,
    case damage
        when 'interest_spelling' then category
        when 'date_spelling' then {canonical("observed_on")}
    end as expected_value
from damaged"""


def raw_consents_query() -> str:
    """Decisions of each contact: on marketing by e-mail and on profiling, some changed later."""
    habit = """case source_system
        when 'crm' then case when is_granted then 'oui' else 'non' end
        when 'newsletter' then case when is_granted then '1' else '0' end
        else case when is_granted then 'true' else 'false' end
    end"""
    return f"""
with purposes as (
    select * from (values
        (0, 'marketing', 'email', 0.88), (1, 'profiling', cast(null as varchar), 0.93)
    ) as purposes(purpose_number, purpose, channel, granted_share)
),
first_decisions as (
    select
        contacts.source_system,
        contacts.contact_key,
        contacts.created_at,
        purposes.*,
        child_state(mixed(contacts.state, {salt("consents")}), purpose_number) as state
    from chunk_contacts as contacts
    cross join purposes
),
decisions as (
    select
        * exclude (created_at, granted_share),
        {uniform("state", "grants")} < granted_share as is_granted,
        created_at + to_seconds({whole("state", "decides", 600)}) as decided_on
    from first_decisions
    union all
    -- One in eight changes their mind, once.
    select
        * exclude (created_at, granted_share)
            replace (child_state(state, 1) as state),
        {uniform("state", "grants")} >= granted_share as is_granted,
        created_at + to_seconds(86400 + {whole("state", "changes", 500 * 86400)}) as decided_on
    from first_decisions
    where {uniform("state", "changes mind")} < 0.125
),
damaged as (
    select
        decisions.*,
        {damage_of("consents", "state")} as damage
    from decisions, period
    where decided_on < period_end
)
select
    source_system,
    {_contact_key()},
    purpose,
    channel,
    case damage
        when 'unparsable_boolean' then {pick(("peut-être", "?", "2", "ok?"), "state", "no boolean")}
        when 'boolean_spelling' then case when is_granted
            then {pick(VALUES["boolean"]["true"], "state", "yes")}
            else {pick(VALUES["boolean"]["false"], "state", "no")} end
        else {habit}
    end as is_granted,
    {_date("decided_on", "decided_at")},
    damage,
    case damage
        when 'boolean_spelling' then case when is_granted then 'true' else 'false' end
        when 'date_spelling' then {canonical("decided_on")}
    end as expected_value
from damaged"""


def raw_erasure_requests_query() -> str:
    """One person in two hundred asks to be erased, by contact or only by e-mail address."""
    seconds_left = "greatest(1, date_diff('second', created_at, period_end) - 3600)"
    requested_at = f"created_at + to_seconds({whole('state', 'erased when', seconds_left)})"
    return f"""
select
    source_system,
    case when {uniform("state", "erased by mail")} >= 0.4 or email is null then contact_key end
        as contact_key,
    email,
    {by_system(requested_at)}
        as requested_at,
    cast(null as varchar) as damage,
    cast(null as varchar) as expected_value
from chunk_contacts
where is_first and damage is null and {uniform("person_state", "erased")} < 0.005"""


def raw_outcomes_query() -> str:
    """Give the ends of a loyalty contract: some of those who dropped out, on the day they did."""
    return f"""
with ended as (
    select
        state,
        dropout_at + interval 9 hour as ended_on,
        {_MAIN_CONTACT}
    from chunk_people
    where dropout_at is not null and {uniform("state", "has contract")} < 0.35
),
damaged as (
    select
        ended.*,
        {damage_of("outcomes", "state")} as damage
    from ended, period
    where ended_on < period_end and known_at < ended_on
)
select
    source_system,
    contact_key,
    {by_system("ended_on")} as ended_at,
    case when {uniform("state", "has reason")} < 0.8 then {pick(REASONS, "state", "reason")} end
        as reason,
    damage,
    cast(null as varchar) as expected_value
from damaged"""


def raw_attributes_query() -> str:
    """Distance to the store (km, some in m), loyalty tier and household size of a contact."""
    return f"""
with facts as (
    select
        state as person_state,
        {_MAIN_CONTACT},
        store_distance_km,
        unnest(range(0, 3)) as fact_number
    from chunk_people
),
drawn as (
    select
        *,
        child_state(mixed(person_state, {salt("attributes")}), fact_number) as state,
        ['distance_to_store', 'loyalty_tier', 'household_size'][fact_number + 1] as attribute,
        cast(store_distance_km * exp(0.5 * {normal("person_state", "distance")}) * 1000 as bigint)
            as metres
    from facts
),
dated as (
    select
        drawn.*,
        known_at + to_seconds({whole("state", "fact delay", _SECONDS_LEFT)})
            as observed_on
    from drawn, period
    where {uniform("state", "is known")} < [0.75, 0.5, 0.35][fact_number + 1]
),
damaged as (
    select *, {damage_of("attributes", "state")} as damage from dated
)
select
    source_system,
    {_contact_key()},
    attribute,
    case
        when damage = 'unit_spelling' then case {whole("state", "unit", 4)}
            when 0 then metres || ' m' when 1 then metres || 'm'
            when 2 then metres || ' mètres' else metres || ' M' end
        when fact_number = 0 then cast(cast(metres / 1000 as decimal(18, 3)) as varchar) || ' km'
        when fact_number = 1 then {pick(TIERS, "state", "tier")}
        else cast(1 + {whole("state", "household", 5)} as varchar)
    end as value,
    {_date("observed_on", "observed_at")},
    damage,
    case damage
        when 'unit_spelling'
            then cast(cast(cast(metres as decimal(18, 3)) / 1000 as decimal(18, 6)) as varchar)
        when 'date_spelling' then {canonical("observed_on")}
    end as expected_value
from damaged"""
