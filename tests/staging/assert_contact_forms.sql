-- Contacts are matched by these forms: an address or number in another form would never meet its twin.
select
    source_system,
    contact_key,
    email,
    phone,
    first_name_match,
    last_name_match
from {{ ref('coterie', 'stg_contacts') }}
where
    not {{ coterie.regexp_like('phone', '^[+][1-9][0-9]{6,14}$') }}
    or email <> {{ coterie.lower_text('email') }}
    or not {{ coterie.regexp_like('email', '^[^@ ]+@[^@ ]+[.][^@ ]+$') }}
    or first_name_match <> {{ coterie.upper_text('first_name_match') }}
    or last_name_match <> {{ coterie.upper_text('last_name_match') }}
