-- Nothing that was handed over may be lost on the way, least of all the rows that repeat another.
select
    source_table,
    raw_rows,
    accepted_rows,
    rejected_rows,
    duplicate_rows
from {{ ref('coterie', 'record_counts') }}
where is_present and accepted_rows <> raw_rows
