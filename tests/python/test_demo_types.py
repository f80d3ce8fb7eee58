"""The six planted types can be found again: k-means on behaviour alone, straight from raw rows."""

from pathlib import Path

import duckdb
import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from coterie.demo.generate import Settings, generate, open_writer

BEHAVIOUR = """
with events as (
    select
        person_id,
        device_type,
        platform,
        campaign_key,
        try_strptime(event_at, '%Y-%m-%dT%H:%M:%SZ') as event_at
    from raw.events
    inner join demo_truth.devices using (anonymous_key)
    where person_id is not null
),
visiting as (
    select
        person_id,
        ln(count(*)) as events,
        ln(count(distinct cast(event_at as date))) as active_days,
        avg(cast(device_type = 'mobile' as integer)) as share_mobile,
        avg(cast(device_type = 'tablet' as integer)) as share_tablet,
        avg(cast(platform <> 'web' as integer)) as share_app,
        avg(cast(campaign_key is not null as integer)) as share_campaign,
        avg(cast(isodow(event_at) >= 6 as integer)) as share_weekend,
        avg(cast(hour(event_at) >= 22 or hour(event_at) < 6 as integer)) as share_night
    from events
    group by 1
),
orders as (
    select
        person_id,
        source_system || order_key as order_key,
        try_cast(total_amount as double) as total_amount,
        try_strptime(
            ordered_at, ['%Y-%m-%d %H:%M:%S', '%d/%m/%Y %H:%M:%S']
        ) as ordered_at
    from raw.orders
    inner join demo_truth.contacts using (source_system, contact_key)
),
buying as (
    select
        person_id,
        ln(count(*)) as orders,
        ln(greatest(1, avg(total_amount))) as order_value,
        avg(cast(isodow(ordered_at) >= 6 as integer)) as share_orders_weekend,
        avg(cast(day(ordered_at) >= 26 or day(ordered_at) <= 2 as integer)) as share_month_end
    from orders
    group by 1
),
basket as (
    select
        person_id,
        count(*) / count(distinct order_key) as lines_per_order,
        avg(cast(discount_amount is not null as integer)) as share_discounted
    from orders
    inner join (
        select source_system || order_key as order_key, discount_amount from raw.order_lines
    ) as lines using (order_key)
    group by 1
),
mailing as (
    select
        person_id,
        avg(cast(opened_at is not null as integer)) as open_rate,
        avg(cast(clicked_at is not null as integer)) as click_rate
    from raw.messages
    inner join demo_truth.contacts using (source_system, contact_key)
    group by 1
)
select
    customer_type,
    columns(* exclude (person_id, customer_type, first_active_at, dropout_at,
        purchase_rate_per_day, dropout_hazard_per_day))
from demo_truth.people
left join visiting using (person_id)
left join buying using (person_id)
left join basket using (person_id)
left join mailing using (person_id)
order by person_id
"""


def agreement(path: Path, customers: int) -> float:
    with open_writer(path) as connection:
        generate(connection, Settings(customers=customers, seed=7, months=24))
    with duckdb.connect(str(path), read_only=True) as connection:
        people = connection.execute(BEHAVIOUR).df()
    behaviour = people.drop(columns="customer_type").astype(float)
    behaviour = behaviour.fillna(behaviour.median())
    standardised = ((behaviour - behaviour.mean()) / behaviour.std()).clip(-4, 4)
    found = KMeans(n_clusters=6, n_init=10, random_state=0).fit_predict(np.asarray(standardised))
    return adjusted_rand_score(people["customer_type"], found)


def test_types_are_found_among_1000_customers(tmp_path):
    assert agreement(tmp_path / "demo.duckdb", 1000) >= 0.75


@pytest.mark.slow
def test_types_are_found_among_10000_customers(tmp_path):
    assert agreement(tmp_path / "demo.duckdb", 10_000) >= 0.75
