{#-
    Select of the customer-days that were known at each as_of_date, with age_days: 0 on the as_of_date itself, so
    that a window of N days is `age_days < N`.

    Args:
        measures: columns of customer_days to carry along.
        window_days: leave out days older than this; none: all days.
        condition: SQL condition on customer_days that keeps the join small, for example 'orders_placed > 0'.
-#}
{%- macro customer_days_as_of(measures, window_days=none, condition=none) %}
    select
        customer_as_of_dates.customer_id,
        customer_as_of_dates.as_of_date,
        customer_days.activity_date,
        {{ dbt.datediff('customer_days.activity_date', 'customer_as_of_dates.as_of_date', 'day') }} as age_days
        {%- for measure in measures %},
        customer_days.{{ measure }}
        {%- endfor %}
    from {{ ref('coterie', 'customer_as_of_dates') }} as customer_as_of_dates
    inner join {{ ref('coterie', 'customer_days') }} as customer_days
        on
            customer_as_of_dates.customer_id = customer_days.customer_id
            and customer_days.activity_date <= customer_as_of_dates.as_of_date
            and customer_days.known_date <= customer_as_of_dates.as_of_date
            {%- if window_days %}
            and {{ dbt.datediff('customer_days.activity_date', 'customer_as_of_dates.as_of_date', 'day') }} < {{ window_days }}
            {%- endif %}
    {%- if condition %}
    where {{ condition }}
    {%- endif %}
{%- endmacro -%}
