{#- Lists and structs: every engine has them, no two spell them alike. Positions count from 1. -#}

{% macro array_type(element_type) -%}
    {{ return(adapter.dispatch('array_type', 'coterie')(element_type)) }}
{%- endmacro %}

{% macro default__array_type(element_type) -%}
    array<{{ element_type }}>
{%- endmacro %}

{% macro duckdb__array_type(element_type) -%}
    {{ element_type }}[]
{%- endmacro %}


{% macro make_array(expressions) -%}
    {{ return(adapter.dispatch('make_array', 'coterie')(expressions)) }}
{%- endmacro %}

{% macro default__make_array(expressions) -%}
    array({{ expressions | join(', ') }})
{%- endmacro %}

{% macro duckdb__make_array(expressions) -%}
    [{{ expressions | join(', ') }}]
{%- endmacro %}


{#- fields: mapping of field name to expression. -#}
{% macro make_struct(fields) -%}
    {{ return(adapter.dispatch('make_struct', 'coterie')(fields)) }}
{%- endmacro %}

{% macro default__make_struct(fields) -%}
    named_struct({% for name, expression in fields.items() %}'{{ name }}', {{ expression }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{% macro duckdb__make_struct(fields) -%}
    {{ '{' }}{% for name, expression in fields.items() %}'{{ name }}': {{ expression }}{{ ', ' if not loop.last }}{% endfor %}{{ '}' }}
{%- endmacro %}


{% macro element_at(array, position) -%}
    {{ return(adapter.dispatch('element_at', 'coterie')(array, position)) }}
{%- endmacro %}

{% macro default__element_at(array, position) -%}
    element_at({{ array }}, {{ position }})
{%- endmacro %}

{#- DuckDB keeps element_at for maps. -#}
{% macro duckdb__element_at(array, position) -%}
    list_extract({{ array }}, {{ position }})
{%- endmacro %}


{% macro array_length(array) -%}
    {{ return(adapter.dispatch('array_length', 'coterie')(array)) }}
{%- endmacro %}

{% macro default__array_length(array) -%}
    array_size({{ array }})
{%- endmacro %}

{% macro duckdb__array_length(array) -%}
    len({{ array }})
{%- endmacro %}


{#- The first element that satisfies a condition, null if none does. The condition speaks of the element
    by the name `element`. -#}
{% macro first_where(array, condition) -%}
    {{ return(adapter.dispatch('first_where', 'coterie')(array, condition)) }}
{%- endmacro %}

{#- get() and not element_at(): the latter raises when the list is empty. -#}
{% macro default__first_where(array, condition) -%}
    get(filter({{ array }}, element -> {{ condition }}), 0)
{%- endmacro %}

{% macro duckdb__first_where(array, condition) -%}
    list_extract(list_filter({{ array }}, lambda element: {{ condition }}), 1)
{%- endmacro %}


{#- The elements that satisfy a condition, which calls them `element`. -#}
{% macro where_elements(array, condition) -%}
    {{ return(adapter.dispatch('where_elements', 'coterie')(array, condition)) }}
{%- endmacro %}

{% macro default__where_elements(array, condition) -%}
    filter({{ array }}, element -> {{ condition }})
{%- endmacro %}

{% macro duckdb__where_elements(array, condition) -%}
    list_filter({{ array }}, lambda element: {{ condition }})
{%- endmacro %}


{#- Mean of a list of doubles without nulls, summed in its order; null of an empty list. -#}
{% macro array_mean(array) -%}
    {{ return(adapter.dispatch('array_mean', 'coterie')(array)) }}
{%- endmacro %}

{% macro default__array_mean(array) -%}
    aggregate(
        {{ array }},
        named_struct('total', cast(0 as double), 'count', 0),
        (state, element) -> named_struct('total', state.total + element, 'count', state.count + 1),
        state -> state.total / nullif(state.count, 0)
    )
{%- endmacro %}

{% macro duckdb__array_mean(array) -%}
    list_aggregate({{ array }}, 'avg')
{%- endmacro %}


{#- The first elements of a list, all where it has no more. -#}
{% macro first_elements(array, count) -%}
    {{ return(adapter.dispatch('first_elements', 'coterie')(array, count)) }}
{%- endmacro %}

{% macro default__first_elements(array, count) -%}
    slice({{ array }}, 1, {{ count }})
{%- endmacro %}

{% macro duckdb__first_elements(array, count) -%}
    list_slice({{ array }}, 1, {{ count }})
{%- endmacro %}


{#- The list with an expression applied to each element, which the expression calls `element`. -#}
{% macro transform_array(array, expression) -%}
    {{ return(adapter.dispatch('transform_array', 'coterie')(array, expression)) }}
{%- endmacro %}

{% macro default__transform_array(array, expression) -%}
    transform({{ array }}, element -> {{ expression }})
{%- endmacro %}

{% macro duckdb__transform_array(array, expression) -%}
    list_transform({{ array }}, lambda element: {{ expression }})
{%- endmacro %}


{#- In rising order, null elements first. Fields of structs must not be null: engines differ in where they put those. -#}
{% macro sort_array(array) -%}
    {{ return(adapter.dispatch('sort_array', 'coterie')(array)) }}
{%- endmacro %}

{% macro default__sort_array(array) -%}
    sort_array({{ array }})
{%- endmacro %}

{% macro duckdb__sort_array(array) -%}
    list_sort({{ array }}, 'asc', 'nulls first')
{%- endmacro %}


{#- Aggregate: the values of a group as a list in the order of a unique key, a null key
    first. Nulls keep their place. Null of no rows. -#}
{% macro ordered_array(value, order_key) -%}
    {{ return(adapter.dispatch('ordered_array', 'coterie')(value, order_key)) }}
{%- endmacro %}

{% macro default__ordered_array(value, order_key) -%}
    case when count(*) > 0 then transform(
        sort_array(collect_list(named_struct('order_key', {{ order_key }}, 'value', {{ value }}))),
        element -> element.value
    ) end
{%- endmacro %}

{% macro duckdb__ordered_array(value, order_key) -%}
    array_agg({{ value }} order by {{ order_key }} nulls first)
{%- endmacro %}


{#- Sum of the products of two equally long lists of doubles without nulls. -#}
{% macro dot_product(left_array, right_array) -%}
    {{ return(adapter.dispatch('dot_product', 'coterie')(left_array, right_array)) }}
{%- endmacro %}

{% macro default__dot_product(left_array, right_array) -%}
    aggregate(
        zip_with({{ left_array }}, {{ right_array }}, (left_value, right_value) -> left_value * right_value),
        cast(0 as double),
        (total, product) -> total + product
    )
{%- endmacro %}

{% macro duckdb__dot_product(left_array, right_array) -%}
    list_inner_product({{ left_array }}, {{ right_array }})
{%- endmacro %}


{#- Euclidean distance of two equally long lists of doubles without nulls. -#}
{% macro euclidean_distance(left_array, right_array) -%}
    {{ return(adapter.dispatch('euclidean_distance', 'coterie')(left_array, right_array)) }}
{%- endmacro %}

{% macro default__euclidean_distance(left_array, right_array) -%}
    sqrt(aggregate(
        zip_with(
            {{ left_array }},
            {{ right_array }},
            (left_value, right_value) -> (left_value - right_value) * (left_value - right_value)
        ),
        cast(0 as double),
        (total, square) -> total + square
    ))
{%- endmacro %}

{% macro duckdb__euclidean_distance(left_array, right_array) -%}
    list_distance({{ left_array }}, {{ right_array }})
{%- endmacro %}


{#- Sum of the squared differences of two equally long lists of doubles without nulls, each times its weight. -#}
{% macro weighted_square_distance(left_array, right_array, weights) -%}
    {{ return(adapter.dispatch('weighted_square_distance', 'coterie')(left_array, right_array, weights)) }}
{%- endmacro %}

{% macro default__weighted_square_distance(left_array, right_array, weights) -%}
    aggregate(
        zip_with(
            zip_with({{ left_array }}, {{ right_array }}, (left_value, right_value) -> left_value - right_value),
            {{ weights }},
            (difference, weight) -> difference * difference * weight
        ),
        cast(0 as double),
        (total, square) -> total + square
    )
{%- endmacro %}

{% macro duckdb__weighted_square_distance(left_array, right_array, weights) -%}
    list_inner_product(
        list_transform(
            list_zip({{ left_array }}, {{ right_array }}),
            lambda pair: power(struct_extract(pair, 1) - struct_extract(pair, 2), 2)
        ),
        {{ weights }}
    )
{%- endmacro %}


{#- Aggregate: the texts of a group joined in an order that is unique within it (equal texts apart). Null where there is
    none. -#}
{% macro ordered_text(value, order_key, separator='') -%}
    {{ return(adapter.dispatch('ordered_text', 'coterie')(value, order_key, separator)) }}
{%- endmacro %}

{% macro default__ordered_text(value, order_key, separator) -%}
    case when count({{ value }}) > 0 then
        array_join({{ coterie.ordered_array(value, order_key) }}, {{ coterie.text_literal(separator) }})
    end
{%- endmacro %}

{% macro duckdb__ordered_text(value, order_key, separator) -%}
    string_agg({{ value }}, {{ coterie.text_literal(separator) }} order by {{ order_key }} nulls first)
{%- endmacro %}


{#- A field of a struct: spelt so that nobody takes the struct for a table. -#}
{% macro struct_field(struct, field) -%}
    {{ return(adapter.dispatch('struct_field', 'coterie')(struct, field)) }}
{%- endmacro %}

{% macro default__struct_field(struct, field) -%}
    {{ struct }}.{{ field }}
{%- endmacro %}

{% macro duckdb__struct_field(struct, field) -%}
    struct_extract({{ struct }}, '{{ field }}')
{%- endmacro %}
