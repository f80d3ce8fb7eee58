{#- Hint of a SELECT that joins small relations to a large one: the names are theirs there. Where many tasks share the
    work, each gets a copy of the small ones and the rows of the large one stay where they are. An engine that
    learns the sizes only while it runs may take what was grouped to be as large as the rows it was grouped from. -#}
{%- macro broadcast(relations) -%}
    {{ return(adapter.dispatch('broadcast', 'coterie')(relations)) }}
{%- endmacro -%}

{%- macro default__broadcast(relations) -%}
{%- endmacro -%}

{%- macro spark__broadcast(relations) -%}
    /*+ broadcast({{ relations | join(', ') }}) */
{%- endmacro -%}
