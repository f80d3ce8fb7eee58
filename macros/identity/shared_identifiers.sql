{#- Select over `contacts`: one row per contact and identifier that it shares with other contacts. -#}
{%- macro shared_identifiers(contacts) %}
    select
        source_system,
        contact_key,
        created_at,
        method,
        identifier
    from (
        select
            source_system,
            contact_key,
            created_at,
            method,
            identifier,
            count(*) over (partition by method, identifier) as contacts_sharing
        from (
            select
                source_system,
                contact_key,
                created_at,
                'email' as method,
                email as identifier
            from {{ contacts }}
            where email is not null

            union all

            select
                source_system,
                contact_key,
                created_at,
                'phone_and_last_name' as method,
                phone || '|' || last_name_match as identifier
            from {{ contacts }}
            where phone is not null and last_name_match <> ''
        ) as identifiers
    ) as counted_identifiers
    -- An identifier shared by very many contacts is a switchboard or a placeholder, not a person.
    where contacts_sharing between 2 and {{ var('identity_max_contacts_per_key') }}
{%- endmacro -%}
