"""Contacts: the records three source systems hold of the same people."""

from coterie.demo.damage import damage_of, spelled
from coterie.demo.dates import by_system
from coterie.demo.people import MAIL_HOSTS
from coterie.demo.randomness import choose, pick, salt, uniform, whole
from coterie.demo.spellings import CITIES, COUNTRIES, VALUES

OCCUPATIONS = (
    "Enseignante", "infirmier", "Ingénieur", "cadre commercial", "artisan", "étudiant",
    "retraité", "employée de bureau", "agriculteur", "médecin", "juriste", "Chef de projet",
    "ouvrier qualifié", "comptable", "développeuse", "sans emploi",
)  # fmt: skip
STREETS = (
    "rue de la République", "avenue Victor-Hugo", "boulevard Voltaire", "rue des Écoles",
    "place de l'Église", "chemin des Vignes", "impasse du Moulin", "quai de la Gare",
    "rue Pasteur", "allée des Tilleuls", "route de Genève", "cours Jean-Jaurès",
)  # fmt: skip


def contacts_query() -> str:
    """One row per contact of the chunk: canonical values, ``state`` and ``damage``.

    A person has one to three contacts. Newsletter contacts hold little more than an e-mail
    address; the CRM misses some e-mail addresses and phones.
    """

    def source(system: str, number: int) -> str:
        return f"""
    select
        '{system}' as source_system,
        {system}_key as contact_key,
        {system}_at as created_at,
        {system}_at = first_active_at as is_first,
        child_state(mixed(state, {salt("contacts")}), {number}) as state,
        state as person_state,
        people.* exclude (state)
    from chunk_people as people
    where {system}_key is not null"""

    def digits(count: int) -> str:
        number = whole("person_state", "phone", 10**count)
        return f"lpad(cast({number} as varchar), {count}, '0')"

    sources = "\n    union all".join(
        source(system, number) for number, system in enumerate(("shop", "crm", "newsletter"))
    )
    return f"""
with contacts as ({sources}
),
filled as (
    select
        * exclude (first_name, last_name, gender, marital_status, education, city, region,
            postal_code, birth_date),
        country as home_country,
        lower(translate(strip_accents(first_name || '.' || last_name), ' ''-', '')) || person_id
            as mail_name,
        {pick(MAIL_HOSTS, "person_state", "mail host")} as mail_host,
        -- Significant digits of a mobile number.
        case country when 'GB' then '7' when 'CH' then '79' when 'BE' then '4' else '6' end
            || case country
                when 'GB' then {digits(9)} when 'CH' then {digits(7)} else {digits(8)}
            end as phone_digits,
        case country when 'GB' then '44' when 'CH' then '41' when 'BE' then '32' else '33' end
            as phone_prefix,
        case when source_system <> 'newsletter' or {uniform("state", "named")} < 0.5
            then first_name end as first_name,
        case when source_system <> 'newsletter' or {uniform("state", "named")} < 0.5
            then last_name end as last_name,
        case when source_system <> 'newsletter' and not hides_birth_date then birth_date end
            as birth_date,
        case when source_system <> 'newsletter' and {uniform("state", "gender")} < 0.92
            then gender end as gender,
        case when source_system = 'crm' or {uniform("state", "marital")} < 0.25
            then marital_status end as marital_status,
        case when source_system = 'crm' and {uniform("state", "education")} < 0.8
            then education end as education,
        case when source_system <> 'newsletter' and {uniform("state", "occupation")} < 0.5
            then {pick(OCCUPATIONS, "person_state", "occupation")} end as occupation,
        case when source_system <> 'newsletter' and {uniform("state", "street")} < 0.9
            then (1 + {whole("person_state", "street number", 120)}) || ' '
                || {pick(STREETS, "person_state", "street")} end as street,
        case when source_system <> 'newsletter' and {uniform("state", "address")} < 0.96
            then postal_code end as postal_code,
        case when source_system <> 'newsletter' and {uniform("state", "address")} < 0.96
            then city end as city,
        case when source_system = 'crm' and {uniform("state", "address")} < 0.96
            then region end as region
    from contacts
),
reachable as (
    select
        * replace (
            -- A foreign phone can only be read with its country: only French ones go without.
            case when source_system = 'newsletter'
                    or (country = 'FR' and {uniform("state", "country")} < 0.03) then null
                else country end as country
        ),
        mail_name || '@' || mail_host as usual_email,
        case
            when source_system = 'crm' and {uniform("state", "no email")} < 0.12 then null
            else mail_name || '@' || mail_host
        end as email,
        case
            when source_system <> 'newsletter' and {uniform("state", "no phone")} >= 0.06
                then '+' || phone_prefix || phone_digits
        end as phone,
        case when {uniform("state", "is updated")} < 0.6 then least(
            period_end - interval 1 hour,
            created_at + to_seconds(3600 + {whole("state", "updated", 200 * 86400)})
        ) end as updated_at
    from filled, period
)
select
    *,
    {damage_of("contacts", "state")} as damage
from reachable"""


def raw_contacts_query() -> str:
    """Contacts as the source systems write them, damage done."""
    later = "coalesce(updated_at, created_at + interval 1 hour)"
    unreadable_email = pick(("pas d'email", "inconnu", "@", "aucun.fr"), "state", "no mail")
    new_host = pick(MAIL_HOSTS, "state", "new mail host")
    new_ending = whole("state", "new phone", 10000)
    unreadable_birth = pick(("inconnue", "31/02/1980", "1980", "n/c"), "state", "no birth")
    odd_birth = pick(("1850-01-01", "2091-05-17", "01/01/1800"), "state", "odd birth")
    city_noise = (
        f"case {whole('state', 'city noise', 4)} when 0 then upper(city)"
        " when 1 then lower(strip_accents(city))"
        " when 2 then upper(translate(strip_accents(city), '-', ' '))"
        " else ' ' || city || '  ' end"
    )
    national = """case home_country
            when 'GB' then '0' || phone_digits[1:4] || ' ' || phone_digits[5:]
            else '0' || phone_digits[1:1] || ' ' || phone_digits[2:3] || ' ' || phone_digits[4:5]
                || ' ' || phone_digits[6:7] || ' ' || phone_digits[8:9]
        end"""
    return f"""
with spelled as (
    select
        *,
        {national} as national_phone,
        '+' || phone_prefix || ' ' || phone_digits[1:1] || ' ' || phone_digits[2:3] || ' '
            || phone_digits[4:5] || ' ' || phone_digits[6:] as spaced_phone
    from chunk_contacts
)
select
    source_system,
    case when damage = 'missing_key' then null else contact_key end as contact_key,
    case damage
        when 'email_spelling' then case {whole("state", "mail noise", 3)}
            when 0 then upper(email) when 1 then '  ' || email || ' '
            else upper(email[1:1]) || email[2:] end
        when 'email_unreadable' then {unreadable_email}
        when 'mistyped_email' then email[1:2] || email[4:4] || email[3:3] || email[5:]
        when 'changed_email' then lower(strip_accents(coalesce(first_name, 'q')[1:1]))
            || 'x' || mail_name || '@' || {new_host}
        else email
    end as email,
    case
        when phone is null then null
        when damage = 'phone_spelling' then case {whole("state", "phone noise", 5)}
            when 0 then translate(national_phone, ' ', '.')
            when 1 then '00' || phone_prefix || phone_digits
            when 2 then spaced_phone
            when 3 then translate(national_phone, ' ', '-')
            else ' ' || national_phone || ' ' end
        when damage = 'changed_phone' then '+' || phone_prefix
            || phone_digits[1:len(phone_digits) - 4]
            || lpad(cast({new_ending} as varchar), 4, '0')
        when source_system = 'crm' and country is not null then national_phone
        else phone
    end as phone,
    case damage when 'swapped_names' then last_name else first_name end as first_name,
    case damage
        when 'swapped_names' then first_name
        when 'typing_error' then
            last_name[1:2] || last_name[4:4] || last_name[3:3] || last_name[5:]
        else case when source_system = 'crm' then upper(last_name) else last_name end
    end as last_name,
    case
        when damage = 'birth_date_spelling' then case
            when source_system = 'crm' then strftime(birth_date, ' %Y-%m-%d ')
            else strftime(birth_date, '%d/%m/%Y') end
        when damage = 'birth_date_unreadable' then {unreadable_birth}
        when damage = 'birth_date_impossible' then {odd_birth}
        when source_system = 'crm' then strftime(birth_date, '%d/%m/%Y')
        else strftime(birth_date, '%Y-%m-%d')
    end as birth_date,
    {spelled("gender", VALUES["gender"], habit=1)},
    {spelled("marital_status", VALUES["marital_status"])},
    {spelled("education", VALUES["education"])},
    occupation,
    street,
    postal_code,
    case damage
        when 'city_spelling' then {choose(CITIES, "city", "state", "city name", city_noise)}
        else city
    end as city,
    region,
    {spelled("country", COUNTRIES)},
    {by_system("created_at")} as created_at,
    case
        when damage = 'superseded' then {by_system(later)}
        else {by_system("updated_at")}
    end as updated_at,
    damage,
    case damage
        when 'email_spelling' then email
        when 'phone_spelling' then phone
        when 'birth_date_spelling' then strftime(birth_date, '%Y-%m-%d')
        when 'gender_spelling' then gender
        when 'marital_status_spelling' then marital_status
        when 'education_spelling' then education
        when 'city_spelling' then city
        when 'country_spelling' then country
    end as expected_value
from spelled"""


def older_contacts_query() -> str:
    """Give the earlier version of a superseded contact: same key, no update yet, no phone."""
    return f"""
select
    source_system, contact_key, email, null as phone, first_name, last_name, null as birth_date,
    null as gender, null as marital_status, null as education, null as occupation,
    null as street, postal_code, city, region, country,
    {by_system("created_at")} as created_at,
    {by_system("created_at")} as updated_at
from chunk_contacts
where damage = 'superseded'"""
