-- Coterie's seed of country names knows every name of this data set that is one country.
with contacts as (
    select * from {{ ref('contacts_for_coterie') }}
),

stg_contacts as (
    select * from {{ ref('coterie', 'stg_contacts') }}
)

select
    contacts.contact_key,
    contacts.country
from contacts
inner join stg_contacts
    on contacts.contact_key = stg_contacts.contact_key
where
    (stg_contacts.country is null)
    <> (contacts.country in ('Channel Islands', 'European Community', 'Unspecified', 'West Indies'))
