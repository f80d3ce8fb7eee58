-- What is no sale was left out on purpose, above; nothing that was handed over may be lost on the way.
select
    source_table,
    raw_rows,
    accepted_rows,
    rejected_rows,
    duplicate_rows
from {{ ref('coterie', 'record_counts') }}
where is_present and accepted_rows <> raw_rows
