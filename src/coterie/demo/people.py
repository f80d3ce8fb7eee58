"""The people behind the demo: what they are like, when they come and go."""

from coterie.demo.customer_types import TYPES
from coterie.demo.places import place_weights
from coterie.demo.randomness import (
    gamma,
    normal,
    pick,
    pick_by_type,
    pick_weighted,
    salt,
    slots,
    uniform,
    whole,
)

FEMALE_NAMES = (
    "Camille", "Léa", "Chloé", "Manon", "Zoé", "Inès", "Jade", "Louise", "Alice", "Anaïs",
    "Émilie", "Hélène", "Françoise", "Monique", "Nathalie", "Sylvie", "Isabelle", "Céline",
    "Aurélie", "Julie", "Marie-Claude", "Élodie", "Mélanie", "Noémie", "Agnès", "Brigitte",
    "Fatima", "Yasmine", "Sofia", "Margaux", "Clémence", "Océane", "Solène", "Valérie",
)  # fmt: skip
MALE_NAMES = (
    "Lucas", "Hugo", "Théo", "Jules", "Gabriel", "Raphaël", "Arthur", "Louis", "Adam", "Noël",
    "Jérôme", "François", "Jean-Pierre", "Michel", "Philippe", "Stéphane", "Frédéric", "Rémi",
    "Sébastien", "Grégory", "Benoît", "Cédric", "Loïc", "Maël", "Thomas", "Nicolas", "Karim",
    "Mehdi", "Antoine", "Clément", "Étienne", "Guillaume", "Olivier", "Thierry",
)  # fmt: skip
LAST_NAMES = (
    "Martin", "Bernard", "Dubois", "Thomas", "Robert", "Richard", "Petit", "Durand", "Leroy",
    "Moreau", "Simon", "Laurent", "Lefèvre", "Michel", "Garcia", "David", "Bertrand", "Roux",
    "Vincent", "Fournier", "Morel", "Girard", "André", "Mercier", "Dupont", "Lambert", "Bonnet",
    "François", "Martinez", "Legrand", "Garnier", "Faure", "Rousseau", "Blanc", "Guérin",
    "Müller", "Henry", "Roussel", "Nicolas", "Perrin", "Morin", "Mathieu", "Clément", "Gauthier",
    "Dumont", "Lopez", "Fontaine", "Chevalier", "Robin", "Masson", "Sanchez", "Gérard", "Nguyen",
    "Boyer", "Denis", "Lemaire", "Duval", "Joly", "Gautier", "Roger", "Roche", "Roy", "Noël",
    "Meyer", "Lucas", "Meunier", "Jean", "Pérez", "Marchand", "Dufour", "Blanchard", "Barbier",
    "Brun", "Dumas", "Brunet", "Schmitt", "Leroux", "Colin", "Fernandez", "O'Connor", "De Smet",
    "Le Gall", "D'Angelo", "Benoît", "Saint-Martin", "Çelik", "Nuñez", "Da Silva", "Benali",
)  # fmt: skip
MAIL_HOSTS = ("orange.fr", "gmail.com", "free.fr", "laposte.net", "outlook.fr", "sfr.fr")


def second_of_day(type_number: str, state: str) -> str:
    """Give the SQL of a second of the day at which this type is about."""
    hour = pick_by_type([kind.hours for kind in TYPES], type_number, state, "hour")
    # The last minutes of the day stay free, so that a visit ends on the day it began.
    return f"least({hour} * 3600 + {whole(state, 'second of the hour', 3600)}, 85400)"


def first_order_state() -> str:
    """Give the SQL of the state of a person's order on the first day (see ``orders``)."""
    return f"child_state(mixed(state, {salt('orders')}), first_day)"


def people_query(seed: int, first: int, last: int, days: int) -> str:
    """One row per person of the chunk: everything later subjects need to know about them.

    That includes the figures of their type. Subjects must not join a table and unfold rows
    (``unnest``) in one query: DuckDB 2.0.0 may then stop with an internal error about a
    "dict-surviving cache".
    """
    cumulative = slots({number: kind.share for number, kind in enumerate(TYPES, 1)}, 1000)
    type_number = (
        f"([{', '.join(map(str, cumulative))}])[1 + {whole('state', 'customer type', 1000)}]"
    )
    place = slots(place_weights(), 2000)
    place_number = f"([{', '.join(map(str, place))}])[1 + {whole('state', 'place', 2000)}]"
    return f"""
with people as (
    select
        range as person_id,
        child_state(child_state({seed & 0xFFFFFFFF}, {(seed >> 32) & 0xFFFFFFFF}), range) as state
    from range({first}, {last + 1})
),
settled as (
    select
        *,
        {type_number} as type_number,
        {place_number} as place_number,
        {uniform("state", "prospect")} < 0.02 as is_prospect,
        {uniform("state", "gender")} as gender_draw,
        -- Most come in the first half of the period; nobody so late that nothing can be seen.
        cast(floor({days} * case
            when {uniform("state", "early")} < 0.72 then 0.45 * {uniform("state", "first day")}
            else 0.45 + 0.33 * {uniform("state", "first day")}
        end) as bigint) as first_day
    from people
),
typed as (
    select
        settled.*,
        customer_types.* exclude (type_number),
        places.country,
        places.postal_code,
        places.city,
        places.region,
        case when is_prospect then 0
            else round(purchase_rate * {gamma("state", "purchase rate", 8)}, 6)
        end as purchase_rate_per_day,
        round(dropout_hazard * {gamma("state", "dropout hazard", 4)}, 8)
            as dropout_hazard_per_day,
        visit_rate * {gamma("state", "visit rate", 8)} as visit_rate_per_day
    from settled
    inner join customer_types on settled.type_number = customer_types.type_number
    inner join places_by_number as places on settled.place_number = places.place_number
),
lived as (
    select
        *,
        cast(least(
            first_day + 1 + floor(
                -ln(1 - {uniform("state", "dropout")}) / greatest(dropout_hazard_per_day, 1e-7)
            ),
            100000
        ) as bigint) as dropout_day,
        period_start + to_seconds(first_day * 86400 + case when is_prospect then 36000
            else {second_of_day("type_number", first_order_state())} end - 900
        ) as first_active_at
    from typed, period
),
reached as (
    select
        *,
        least(dropout_day, {days}) - 1 as last_day,
        not is_prospect and {uniform("state", "has shop")}
            < case when customer_type = 'store_regular' then 0.75 else 0.97 end as has_shop,
        {uniform("state", "has crm")} as crm_draw,
        {uniform("state", "has newsletter")} as newsletter_draw,
        first_active_at + to_seconds({whole("state", "crm delay", 120 * 86400)}) as crm_later_at,
        first_active_at + to_seconds({whole("state", "newsletter delay", 60 * 86400)})
            as newsletter_later_at
    from lived
),
recorded as (
    select
        *,
        case when has_shop then first_active_at end as shop_at,
        case
            when is_prospect then null
            when not has_shop then first_active_at
            when crm_draw < case when customer_type = 'store_regular' then 0.85 else 0.35 end
                and crm_later_at < period_end then crm_later_at
        end as crm_at,
        case
            when is_prospect then first_active_at
            when newsletter_draw < 0.3 + 0.5 * open_share
                and newsletter_later_at < period_end then newsletter_later_at
        end as newsletter_at
    from reached
)
select
    person_id, state, type_number, customer_type, is_prospect, first_day, last_day, first_active_at,
    case when dropout_day <= {days} then period_start + to_days(cast(dropout_day as integer)) end
        as dropout_at,
    purchase_rate_per_day, dropout_hazard_per_day, visit_rate_per_day,
    lines_per_order, price_level, discount_share, return_share, open_share, click_share,
    campaign_share, events_per_visit, store_distance_km,
    country, postal_code, city, region,
    shop_at, crm_at, newsletter_at,
    case when shop_at is not null then 'S' || (100000 + person_id) end as shop_key,
    case when crm_at is not null then 'CRM-' || lpad(cast(person_id * 7 + 3 as varchar), 8, '0') end
        as crm_key,
    case when newsletter_at is not null then 'n' || (person_id * 13 + 5) end as newsletter_key,
    case when country = 'CH' then 'CHF' when country = 'GB' then 'GBP' else 'EUR' end as currency,
    case when country = 'CH' then 0.95 when country = 'GB' then 0.85 else 1.0 end as price_factor,
    case when gender_draw < 0.52 then 'female' when gender_draw < 0.99 then 'male' else 'other' end
        as gender,
    case
        when gender_draw < 0.52 then {pick(FEMALE_NAMES, "state", "first name")}
        else {pick(MALE_NAMES, "state", "first name")}
    end as first_name,
    {pick(LAST_NAMES, "state", "last name")} as last_name,
    cast(period_end as date) - cast(365.25 * greatest(18, least(94,
        age + 6 * {normal("state", "age")})) as integer) as birth_date,
    {
        pick_weighted(
            {"single": 30, "married": 38, "partnered": 18, "divorced": 9, "widowed": 5},
            "state",
            "marital status",
        )
    } as marital_status,
    {
        pick_weighted(
            {"primary": 6, "secondary": 36, "bachelor": 30, "master": 23, "doctorate": 5},
            "state",
            "education",
        )
    } as education,
    -- High spenders hide their date of birth: missing, and not at random.
    {uniform("state", "hides birth date")}
        < case when purchase_rate_per_day * price_level * lines_per_order > 3.5 then 0.55 else 0.08
        end as hides_birth_date
from recorded"""
