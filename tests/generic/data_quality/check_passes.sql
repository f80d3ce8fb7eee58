{#- Passes when publication_checks holds the named check for the newest candidate and it passed.
    A check that is not there fails too. One test per check gives each limit its own name in
    dbt's output. -#}
{% test check_passes(model, check_name) %}

with newest as (

    select
        checks.check_name,
        checks.figure,
        checks.check_limit,
        checks.is_passed,
        checks.words
    from {{ coterie.tested_model(model) }} as checks
    where
        checks.check_name = '{{ check_name }}'
        and checks.publication_id = (select max(publication_id) from {{ coterie.tested_model(model) }})

),

verdict as (

    select
        '{{ check_name }}' as check_name,
        max(newest.figure) as figure,
        max(newest.check_limit) as check_limit,
        count(case when newest.is_passed then 1 end) as times_passed,
        coalesce(max(newest.words), 'The check is missing from publication_checks.') as words
    from newest

)

select * from verdict
where times_passed <> 1

{% endtest %}
