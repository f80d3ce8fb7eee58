-- A warning: an export that stopped makes every customer of its source look as if they had left.
{{ config(severity='warn') }}

select
    source_table,
    source_system,
    last_row_on,
    days_silent
from {{ ref('coterie', 'input_freshness_store') }}
where
    has_stopped
    and publication_id = (
        select max(newest.publication_id) from {{ ref('coterie', 'input_freshness_store') }} as newest
    )
