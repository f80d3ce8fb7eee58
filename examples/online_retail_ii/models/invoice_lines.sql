with published as (
    select * from {{ source('uci', 'online_retail_ii') }}
),

charge_codes as (
    select * from {{ ref('charge_codes') }}
),

named as (
    select
        "Invoice" as invoice,
        -- The same product stands in upper and lower case, and once with a blank behind it.
        upper(trim("StockCode")) as stock_code,
        trim("Description") as description,
        "Quantity" as quantity,
        "InvoiceDate" as invoiced_at,
        -- Some prices are a tenth of a penny.
        cast("Price" as decimal(18, 4)) as unit_price,
        cast("Customer ID" as varchar) as customer_number,
        "Country" as country,
        source_sheet,
        -- The sheets overlap: nine days of December 2010 stand in both, row for row.
        source_sheet = 'Year 2009-2010' and "InvoiceDate" >= timestamp '2010-12-01' as is_second_copy
    from published
),

numbered as (
    select
        named.*,
        -- Equal lines within an invoice are real: each has a number of its own. Which of two lines that are equal in
        -- every column comes first makes no difference.
        row_number() over (
            partition by named.invoice, named.is_second_copy
            order by
                named.stock_code,
                named.description,
                named.quantity,
                named.unit_price,
                named.invoiced_at,
                named.source_sheet
        ) as line_number,
        charge_codes.charge
    from named
    left join charge_codes
        on named.stock_code = charge_codes.stock_code
)

select * from numbered
