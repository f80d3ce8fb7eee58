{#- Post-hooks of `publications`: what each store and log keeps is the last var publications_kept
    publications. Runs inside the commit's own transaction. -#}
{% macro prune_publications() -%}
    {%- set hooks = [] -%}
    {%- for store in [
        'customers_store', 'customer_segments_store', 'segments_store',
        'segment_profiles_store', 'customer_dimensions_store',
        'segment_personas_store', 'segment_named_profiles_store', 'record_counts_store', 'publication_checks',
        'feature_drift_store', 'feature_bins_store', 'segment_models_store', 'input_freshness_store',
        'cohort_retention_store', 'lifetime_checks_store', 'lifetime_models_store',
        'customer_scores_store', 'score_models_store', 'score_evaluation_store', 'score_deciles_store', 'score_drift_store'
    ] -%}
        {%- do hooks.append("{{ coterie.delete_old_publications('" ~ store ~ "') }}") -%}
    {%- endfor -%}
    {{- return(hooks) -}}
{%- endmacro %}

{% macro delete_old_publications(store) -%}
    {%- set limit -%}
        (select coalesce(max(publication_id), 0) - {{ var('publications_kept') }} from {{ this }})
    {%- endset -%}
    {{ coterie.delete_up_to(ref('coterie', store), 'publication_id', limit) }}
{%- endmacro %}
