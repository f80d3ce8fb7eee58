{#-
    A hash of what decides how facts become customer-days: the code of the rollup, the macros that code calls (a
    model's checksum does not know them) and the vars it reads. It is part of each day's fingerprint. `graph` is empty
    in dbt unit tests: there macros and vars alone decide.
-#}
{%- macro customer_days_definition() -%}
    {%- set code = [] -%}
    {%- if execute -%}
        {%- for model in ['customer_orders', 'customer_events', 'customer_messages', 'customer_days_store'] -%}
            {%- set node = graph.get('nodes', {}).get('model.coterie.' ~ model) -%}
            {%- do code.append(node.checksum.checksum if node else '') -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do code.append(coterie.is_night('ordered_at')) -%}
    {%- do code.append(coterie.is_evening('ordered_at')) -%}
    {%- do code.append(tojson(coterie.customer_day_measures())) -%}
    {{ return(local_md5(code | join('|'))) }}
{%- endmacro -%}
