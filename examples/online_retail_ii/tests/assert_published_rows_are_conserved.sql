-- Every published line is a second copy, or stands on exactly one invoice of one kind, and so it is known which lines
-- Coterie gets and which it does not. Expected figures: counts of the published file.
with invoice_lines as (
    select * from {{ ref('invoice_lines') }}
),

invoices as (
    select * from {{ ref('invoices') }}
),

figures as (
    select 'published lines' as figure, 1067371 as expected, count(*) as found from invoice_lines
    union all
    select 'second copies', 22523, count(*) from invoice_lines where is_second_copy
    union all
    select 'lines on invoices', 1044848, sum(lines) from invoices
    union all
    select 'invoices', 53628, count(*) from invoices
    union all
    select 'customers', 5942, count(distinct customer_number) from invoices
    union all
    select 'lines of sales', 1020362, sum(lines) from invoices where kind = 'sale'
    union all
    select 'lines of cancellations', 19165, sum(lines) from invoices where kind = 'cancellation'
    union all
    select 'lines of adjustments', 6, sum(lines) from invoices where kind = 'adjustment'
    union all
    select 'lines of invoices that are not a sale', 5315, sum(lines) from invoices where kind = 'not a sale'
)

select * from figures
where found is distinct from expected
