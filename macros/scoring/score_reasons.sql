{#- Why a customer's score is what it is: the terms that add or take away most. Terms are centred, so that a term adds nothing
    for the average customer. -#}

{#- The contributions of one row as whole numbers: thousandths of the logit without the sign (1,000,000 at most), times 2,000,
    plus 1,000 where it raises the score, plus 999 less the number of the term: the largest is the strongest, the first of
    equal ones. -#}
{% macro score_reason_keys(model, prefix) -%}
    {%- set keys = [] -%}
    {%- for term in model.terms -%}
        {%- set value = prefix ~ term.number -%}
        {%- do keys.append(
            'cast(round(1000 * least(abs(' ~ value ~ '), cast(1000 as double))) as bigint) * 2000 + case when ' ~ value
            ~ ' > 0 then 1000 else 0 end + ' ~ (999 - term.number | int)
        ) -%}
    {%- endfor -%}
    {{ coterie.make_array(keys) }}
{%- endmacro %}

{#- How many features a term of a model has at most: 2 where there are pairs. -#}
{% macro score_reason_sides(model) -%}
    {%- set sides = [0] -%}
    {%- for term in model.terms -%}
        {%- do sides.append(term.features | length) -%}
    {%- endfor -%}
    {{- return(sides | max) -}}
{%- endmacro %}

{#- What a reason is made of, as a list of columns: value, typical, label and unit of the first and the second feature of a
    term, `<prefix>_value_1` and so on. Picked before they are put in words, so that the words stand once in the statement and
    not once for each term. term: SQL expression of the term's number. -#}
{% macro score_reason_parts(model, term, alias, prefix) -%}
    {%- set known = {} -%}
    {%- for feature in coterie.prediction_features() -%}{%- do known.update({feature.name: feature}) -%}{%- endfor -%}
    {%- set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    {%- set columns = [] -%}
    {%- for side in range(coterie.score_reason_sides(model)) -%}
        {%- set values, typicals, labels, units = [], [], [], [] -%}
        {%- for scored in model.terms -%}
            {%- if scored.features | length > side -%}
                {%- set feature = scored.features[side] -%}
                {%- set meta = known.get(feature.name, {'label': feature.name, 'unit': 'number'}) -%}
                {%- do values.append('when ' ~ scored.number ~ ' then ' ~ alias ~ '.' ~ feature.name) -%}
                {%- do typicals.append(
                    'cast(null as double)' if feature.typical is none else coterie.double_literal(feature.typical)
                ) -%}
                {%- do labels.append(coterie.text_literal(meta.label)) -%}
                {%- do units.append(coterie.text_literal(meta.unit)) -%}
            {%- else -%}
                {%- do typicals.append('cast(null as double)') -%}
                {%- do labels.append(no_text) -%}
                {%- do units.append(no_text) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set suffix = ' as ' ~ prefix ~ '_' -%}
        {%- do columns.append('case ' ~ term ~ ' ' ~ values | join(' ') ~ ' end' ~ suffix ~ 'value_' ~ (side + 1)) -%}
        {%- for name, texts in [('typical', typicals), ('label', labels), ('unit', units)] -%}
            {%- do columns.append(
                coterie.element_at(coterie.make_array(texts), term) ~ suffix ~ name ~ '_' ~ (side + 1)
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(columns) -}}
{%- endmacro %}

{#- A value in words beside what is typical: `31 (typical: 12)`. -#}
{% macro value_beside_typical(value, typical, unit) -%}
    coalesce({{ coterie._value_or_category(value, unit) }}, 'not known')
            || ' (typical: ' || coalesce({{ coterie._value_or_category(typical, unit) }}, 'not known') || ')'
{%- endmacro %}

{% macro _value_or_category(value, unit) -%}
    {%- set features = coterie.prediction_features() | selectattr('categories', 'defined') | selectattr('categories') | list -%}
    {%- if features -%}
        case
            when {{ unit }} = 'category' then {{ coterie.category_name(value, features) }}
            else {{ coterie.value_text(value, unit) }}
        end
    {%- else -%}
        {{ coterie.value_text(value, unit) }}
    {%- endif -%}
{%- endmacro %}

{#- A reason in words, of the parts of score_reason_parts: what the customer has, what is typical, and whether it raises or lowers
    the score. Null without a key. key: SQL expression of a key of score_reason_keys. parts: what the names of the parts begin
    with. sides: how many features a term has at most. subject: what is raised. -#}
{% macro score_reason_words(key, parts, sides, subject) -%}
    case
        when {{ key }} is not null then
            {{ parts }}_label_1 || ' '
            || {{ coterie.value_beside_typical(parts ~ '_value_1', parts ~ '_typical_1', parts ~ '_unit_1') }}
            {%- if sides > 1 %}
            || coalesce(
                ' with ' || {{ parts }}_label_2 || ' '
                || {{ coterie.value_beside_typical(parts ~ '_value_2', parts ~ '_typical_2', parts ~ '_unit_2') }}, ''
            )
            {%- endif %}
            || case when {{ key }} % 2000 >= 1000 then ' raises ' else ' lowers ' end
            || {{ coterie.text_literal(subject) }}
        end
{%- endmacro %}
