{#-
    The models in force as a list of dicts, read while this node is compiled, which in a build is after the tables it reads were
    written: outcome, model_version, evaluation_date, intercept, offset, slope, and terms. A term is a dict of number,
    features (each name, edges and typical) and contributions in the order of the bins, of a pair row by row. All numbers are
    texts, so that no digit is lost. Empty where no model is in force, while dbt parses, and in unit tests, which override it.
-#}
{% macro score_parameters() -%}
    {%- set models = {} -%}
    {%- if execute -%}
        {%- set stored = [] -%}
        {%- for name in ['score_terms', 'score_models', 'score_typical_values'] -%}
            {%- if coterie._stored_relation(name) is not none -%}{%- do stored.append(name) -%}{%- endif -%}
        {%- endfor -%}
        {%- if stored | length == 3 -%}
            {%- set text = dbt.type_string() -%}
            {%- set rows = run_query(
                'select terms.outcome, terms.model_version, cast(models.evaluation_date as ' ~ text ~ ') as evaluation_date, '
                ~ 'terms.kind, cast(terms.term as ' ~ text ~ ') as term, terms.feature, terms.feature_2, '
                ~ 'cast(terms.bin as ' ~ text ~ ') as bin, cast(terms.bin_2 as ' ~ text ~ ') as bin_2, '
                ~ 'cast(terms.lower_edge as ' ~ text ~ ') as lower_edge, '
                ~ 'cast(terms.lower_edge_2 as ' ~ text ~ ') as lower_edge_2, '
                ~ 'cast(terms.contribution as ' ~ text ~ ') as contribution, '
                ~ 'cast(typical.typical_value as ' ~ text ~ ') as typical, '
                ~ 'cast(typical_2.typical_value as ' ~ text ~ ') as typical_2 '
                ~ 'from ' ~ ref('coterie', 'score_terms') ~ ' as terms '
                ~ 'inner join ' ~ ref('coterie', 'score_models') ~ ' as models '
                ~ "on terms.model_version = models.model_version and models.status = 'accepted' "
                ~ 'left join ' ~ ref('coterie', 'score_typical_values') ~ ' as typical '
                ~ 'on terms.model_version = typical.model_version and terms.feature = typical.feature '
                ~ 'left join ' ~ ref('coterie', 'score_typical_values') ~ ' as typical_2 '
                ~ 'on terms.model_version = typical_2.model_version and terms.feature_2 = typical_2.feature '
                ~ 'order by terms.outcome, terms.term, terms.bin, terms.bin_2'
            ).rows -%}
            {%- for row in rows -%}
                {%- if row['outcome'] not in models -%}
                    {%- do models.update({row['outcome']: {
                        'outcome': row['outcome'], 'model_version': row['model_version'],
                        'evaluation_date': row['evaluation_date'], 'terms': []
                    }}) -%}
                {%- endif -%}
                {%- set model = models[row['outcome']] -%}
                {%- if row['kind'] in ['intercept', 'calibration_offset', 'calibration_slope'] -%}
                    {%- do model.update({row['kind'] | replace('calibration_', ''): row['contribution'] | string}) -%}
                {%- else -%}
                    {%- if not model.terms or model.terms[-1].number != row['term'] -%}
                        {%- set features = [{'name': row['feature'], 'edges': [], 'typical': row['typical']}] -%}
                        {%- if row['kind'] == 'pair' -%}
                            {%- do features.append({'name': row['feature_2'], 'edges': [], 'typical': row['typical_2']}) -%}
                        {%- endif -%}
                        {%- do model.terms.append({'number': row['term'], 'features': features, 'contributions': []}) -%}
                    {%- endif -%}
                    {%- set term = model.terms[-1] -%}
                    {%- do term.contributions.append(row['contribution']) -%}
                    {%- if row['lower_edge'] is not none and row['lower_edge'] not in term.features[0].edges -%}
                        {%- do term.features[0].edges.append(row['lower_edge']) -%}
                    {%- endif -%}
                    {%- if row['lower_edge_2'] is not none and row['lower_edge_2'] not in term.features[1].edges -%}
                        {%- do term.features[1].edges.append(row['lower_edge_2']) -%}
                    {%- endif -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(models.values() | list) -}}
{%- endmacro %}
