{#- Stops with one sentence if a var cannot be right. Names given by vars end up in SQL: only plain identifiers
    are let through. -#}
{% macro check_settings() -%}
    {%- set identifier = '[A-Za-z_][A-Za-z0-9_$]*' -%}
    {%- for name in ['input_database', 'input_schema'] if var(name, '') -%}
        {%- do coterie.check_form(name, var(name), identifier, 'a plain identifier (letters, digits, underscores)') -%}
    {%- endfor -%}
    {%- for name in ['input_identifiers', 'input_models'] -%}
        {%- do coterie._check_tables(name, var(name, {}).keys()) -%}
        {%- for table, value in var(name, {}).items() -%}
            {%- if name == 'input_models' -%}
                {%- do coterie.check_form(
                    name ~ '.' ~ table, value, identifier ~ '([.]' ~ identifier ~ ')?', "'model' or 'project.model'"
                ) -%}
            {%- else -%}
                {%- do coterie.check_form(
                    name ~ '.' ~ table, value, identifier, 'a plain identifier (letters, digits, underscores)'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do coterie._check_retired(var('input_tables_retired', [])) -%}
    {%- if var('currency_rates_model', '') -%}
        {%- do coterie.check_form(
            'currency_rates_model', var('currency_rates_model'), identifier ~ '([.]' ~ identifier ~ ')?',
            "'model' or 'project.model'"
        ) -%}
    {%- endif -%}
    {%- do coterie.check_form('reporting_currency', var('reporting_currency'), '[A-Z]{3}', 'an ISO 4217 code like EUR') -%}
    {%- do coterie.check_form('default_country', var('default_country'), '[A-Z]{2}', 'an ISO 3166 alpha-2 code like FR') -%}
    {%- do coterie.check_form('segment_language', var('segment_language'), 'en|fr', 'en or fr') -%}
    {%- do coterie.check_form('churn_definition', var('churn_definition'), 'silence|contract', 'silence or contract') -%}
    {%- do coterie.check_form('semantic_layer', var('semantic_layer'), 'own|always', 'own or always') -%}
    {%- do coterie.check_form('score_split', var('score_split'), 'time|customers', 'time or customers') -%}
    {%- do coterie.check_form('store_period', var('store_period'), 'day|month|year', 'day, month or year') -%}
    {%- for name in ['as_of_date', 'known_until', 'demo_known_until', 'drift_accepted_on'] if var(name, '') -%}
        {%- do coterie._check_date(name, var(name) | string) -%}
    {%- endfor -%}
    {%- if var('as_of_date', '') and var('as_of_date') | string > coterie.known_until() -%}
        {{ exceptions.raise_compiler_error(
            "The var as_of_date (" ~ var('as_of_date') ~ ") lies after known_until (" ~ coterie.known_until()
            ~ "): nothing is known about that day yet, so set it to that day or an earlier one."
        ) }}
    {%- endif -%}
    {%- do coterie.check_numbers() -%}
    {%- do coterie.check_names() -%}
    {%- do coterie.check_candidates() -%}
    {%- do coterie.check_features() -%}
{%- endmacro %}


{% macro _check_tables(name, tables) -%}
    {%- for table in tables if table not in coterie.contract_tables() -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " names the table '" ~ table ~ "', which the input contract does not know: use one of "
            ~ coterie.contract_tables() | join(', ') ~ "."
        ) }}
    {%- endfor -%}
{%- endmacro %}


{#- Tables, or source systems of them as table.system. -#}
{% macro _check_retired(inputs) -%}
    {%- set tables = [] -%}
    {%- for input in inputs -%}
        {%- do tables.append((input | string).split('.')[0]) -%}
    {%- endfor -%}
    {%- do coterie._check_tables('input_tables_retired', tables) -%}
{%- endmacro %}


{% macro _check_date(name, value) -%}
    {%- set is_date = [modules.re.fullmatch('[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])', value) is not none] -%}
    {%- if is_date[0] -%}
        {%- set first = modules.datetime.date(value[:4] | int, value[5:7] | int, 1) -%}
        {#- a day the month does not have lands in the next month -#}
        {%- set day = first + modules.datetime.timedelta(days=(value[8:] | int) - 1) -%}
        {%- do is_date.insert(0, day.month == first.month) -%}
    {%- endif -%}
    {%- if not is_date[0] -%}
        {{ exceptions.raise_compiler_error(
            "The var " ~ name ~ " is '" ~ value ~ "', which is no date: write it as YYYY-MM-DD."
        ) }}
    {%- endif -%}
{%- endmacro %}
