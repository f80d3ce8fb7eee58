-- Fader, Hardie and Lee (2005) count the days on which a customer bought again up to 1997-09-30: 2,457 in all, and none
-- for 1,411 customers. Lost or invented orders, or orders moved to another customer or day, would change that.
with orders as (
    select * from {{ ref('coterie', 'stg_orders') }}
),

identities as (
    select * from {{ ref('coterie', 'customer_identities') }}
),

repeat_purchases as (
    select
        identities.customer_id,
        count(distinct cast(orders.ordered_at as date)) - 1 as repeat_days
    from orders
    inner join identities
        on
            orders.source_system = identities.source_system
            and orders.contact_key = identities.contact_key
    where orders.ordered_at < timestamp '1997-10-01'
    group by identities.customer_id
),

figures as (
    select 'repeat purchase days' as figure, 2457 as expected, sum(repeat_days) as found from repeat_purchases
    union all
    select 'customers without one', 1411, count(*) from repeat_purchases where repeat_days = 0
)

select * from figures
where found is distinct from expected
