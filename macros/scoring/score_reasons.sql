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

{#- A value in words beside what is typical: `31 (typical: 12)`. -#}
{% macro value_beside_typical(value, typical, unit) -%}
    coalesce({{ coterie.value_text(value, "'" ~ unit ~ "'") }}, 'not known') || ' (typical: '
    {%- if typical is none %} || 'not known'
    {%- else %} || {{ coterie.value_text(coterie.double_literal(typical), "'" ~ unit ~ "'") }}
    {%- endif %} || ')'
{%- endmacro %}

{#- A reason in words, of a key of score_reason_keys: what the customer has, what is typical, and whether it raises or lowers the
    score. Null where the term adds next to nothing. subject: what is raised. -#}
{% macro score_reason_words(model, key, alias, subject) -%}
    {%- set known = {} -%}
    {%- for feature in coterie.prediction_features() -%}{%- do known.update({feature.name: feature}) -%}{%- endfor -%}
    case
        when {{ key }} is null or {{ key }} < 2000 then null
        else
            case 999 - {{ key }} % 1000
                {%- for term in model.terms %}
                when {{ term.number }} then
                    {%- for feature in term.features -%}
                    {%- set meta = known.get(feature.name, {'label': feature.name, 'unit': 'number'}) %}
                    {{ '|| ' if not loop.first }}{{ coterie.text_literal((' with ' if not loop.first else '') ~ meta.label ~ ' ') }}
                    || {{ coterie.value_beside_typical(alias ~ '.' ~ feature.name, feature.typical, meta.unit) }}
                    {%- endfor %}
                {%- endfor %}
            end
            || case when {{ key }} % 2000 >= 1000 then ' raises ' else ' lowers ' end
            || {{ coterie.text_literal(subject) }}
        end
{%- endmacro %}
