{#- Keys that more than one row of a contract table carries. Few rows do, so that looking for copies and superseded versions
    among them alone keeps the largest tables streaming (see settle_rows). -#}
{% macro repeated_keys(table, keys) -%}
    select
        {%- for key in keys %}
        {{ coterie.trim_text(key) }} as {{ key }}{{ ',' if not loop.last }}
        {%- endfor %}
    from ({{ coterie.input(table) }}) as raw_{{ table }}
    group by {% for key in keys %}{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
    having count(*) > 1
{%- endmacro %}


{#- The rows of a contract table with is_repeated: false where no other row has the same keys (see settle_rows).
    repeated: relation made by repeated_keys(). Its few keys go to the rows: to bring the rows to them, all would be
    shuffled and sorted, twice. -#}
{% macro input_with_repeats(table, keys, repeated) -%}
    select
        {{- coterie.broadcast([repeated]) }}
        raw_{{ table }}.*,
        {{ repeated }}.{{ keys[0] }} is not null
        {%- for key in keys %}
        or coalesce({{ coterie.trim_text('raw_' ~ table ~ '.' ~ key) }}, '') = ''
        {%- endfor %} as is_repeated
    from ({{ coterie.input(table) }}) as raw_{{ table }}
    left join {{ repeated }}
        on {% for key in keys -%}
        {{ coterie.trim_text('raw_' ~ table ~ '.' ~ key) }} = {{ repeated }}.{{ key }}{{ '\n        and ' if not loop.last }}
        {%- endfor %}
{%- endmacro %}
