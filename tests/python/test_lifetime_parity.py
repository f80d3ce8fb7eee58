"""What SQL expects of customers is what the library expects with the stored parameters."""

import math

import numpy as np
import pytest
from scipy.stats import spearmanr

from coterie.frames import matrix
from coterie.lifetime import (
    BgNbd,
    GammaGamma,
    dropout_nodes,
    expected_purchases,
    expected_value,
    probability_alive,
)

# Promise of the house: absolute 1e-12 or relative 1e-9.
TOLERANCE = {"rtol": 1e-9, "atol": 1e-12}
DISCOUNT_RATE = 0.15


@pytest.fixture
def parameters(connection) -> dict[str, tuple[BgNbd, GammaGamma]]:
    """Both models of each purpose, as stored for the model in force."""
    rows = connection.sql(
        """
        select purpose, r, alpha, a, b, p, q, gamma
        from prediction.lifetime_parameters
        inner join prediction.lifetime_models using (model_version)
        where status = 'accepted'
        """
    ).fetchall()
    assert len(rows) == 2
    return {purpose: (BgNbd(*values[:4]), GammaGamma(*values[4:])) for purpose, *values in rows}


@pytest.fixture
def customers(connection):
    """Histories and figures of the customers with a purchase."""
    found = connection.sql(
        """
        select histories.*, lifetime.*
        from prediction.customer_lifetime as lifetime
        inner join prediction.purchase_histories as histories using (customer_id)
        where histories.purpose = 'scoring'
        order by customer_id
        """
    ).to_df()
    assert len(found) > 500
    return found


def test_parameters_have_twelve_digits(connection):
    rows = connection.sql(
        "select r, alpha, a, b, p, q, gamma from prediction.lifetime_parameters"
    ).fetchall()
    for value in (value for row in rows for value in row if value is not None):
        assert value == float(f"{value:.11e}")


def test_p_alive_is_the_librarys(customers, parameters):
    model, _ = parameters["scoring"]
    expected = probability_alive(
        model, customers.repeat_purchases, customers.days_to_last, customers.days_observed
    )
    np.testing.assert_allclose(customers.p_alive, expected, **TOLERANCE)
    assert (customers.p_alive[customers.repeat_purchases == 0] == 1).all()


@pytest.mark.parametrize("days", [90, 365])
def test_expected_purchases_are_the_librarys(customers, parameters, days):
    model, _ = parameters["scoring"]
    expected = customers.p_alive * expected_purchases(
        model, customers.repeat_purchases, customers.days_observed, days
    )
    np.testing.assert_allclose(customers[f"expected_purchases_{days}d"], expected, **TOLERANCE)


@pytest.mark.parametrize("days", [90, 365])
def test_expected_revenue_is_discounted_by_periods_of_30_days(customers, parameters, days):
    model, values = parameters["scoring"]
    x, revenue = customers.repeat_purchases, customers.repeat_revenue.astype(float)
    worth, last = np.zeros(len(customers)), np.zeros(len(customers))
    begin = 0
    for end in [*range(30, days, 30), days]:
        so_far = expected_purchases(model, x, customers.days_observed, end)
        worth += (so_far - last) * (1 + DISCOUNT_RATE) ** (-(begin + end) / 2 / 365)
        begin, last = end, so_far
    value = expected_value(values, x, revenue / np.maximum(x, 1))
    np.testing.assert_allclose(customers.expected_purchase_value, value, **TOLERANCE)
    np.testing.assert_allclose(
        customers[f"expected_revenue_{days}d"], customers.p_alive * worth * value, **TOLERANCE
    )


def test_nodes_are_the_librarys(connection, parameters):
    for purpose, (model, _) in parameters.items():
        table = connection.sql(
            f"""
            select probabilities, weights
            from prediction.lifetime_nodes
            inner join prediction.lifetime_models using (model_version)
            where status = 'accepted' and purpose = '{purpose}'
            order by repeat_purchases
            """
        ).to_arrow_table()
        nodes = dropout_nodes(model.a, model.b, table.num_rows)
        np.testing.assert_allclose(matrix(table["probabilities"]), nodes.probabilities, rtol=1e-9)
        np.testing.assert_allclose(matrix(table["weights"]), nodes.weights, rtol=1e-9, atol=1e-15)


def test_every_customer_has_a_row_and_only_buyers_have_figures(connection):
    ((customers, rows, known, buyers),) = connection.sql(
        """
        select
            (select count(*) from identity.golden_records),
            (select count(*) from prediction.customer_lifetime),
            (select count(p_alive) from prediction.customer_lifetime),
            (
                select count(*) from features.customer_features
                where is_current and orders_total > 0
            )
        """
    ).fetchall()
    assert rows == customers > known == buyers


def test_the_holdout_is_predicted_as_the_library_does(connection, parameters):
    model, _ = parameters["holdout"]
    histories = connection.sql(
        """
        select *, least(repeat_purchases, 7) as frequency_class
        from prediction.purchase_histories where purpose = 'holdout'
        """
    ).to_df()
    found = connection.sql("select * from prediction.lifetime_holdout").to_df()
    alive = probability_alive(
        model, histories.repeat_purchases, histories.days_to_last, histories.days_observed
    )
    predicted = alive * expected_purchases(
        model, histories.repeat_purchases, histories.days_observed, int(found.holdout_days[0])
    )
    sums = np.bincount(histories.frequency_class, weights=predicted)
    found = found.set_index("frequency_class").sort_index()
    np.testing.assert_allclose(found.predicted_purchases, sums, atol=1e-5)
    assert found.purchases.sum() == histories.later_purchases.sum()
    assert found.customers.sum() == len(histories)


def test_past_revenue_is_expected_as_the_library_does(connection, parameters):
    """From the purchases known on each past day, by the fit of the earlier day."""
    model, values = parameters["holdout"]
    found = connection.sql(
        """
        with histories as (
            select
                customer_id,
                as_of_date,
                count(*) - 1 as x,
                max(age_days) - min(age_days) as t_x,
                max(age_days) as t,
                sum(revenue)::double - arg_max(revenue, age_days)::double as repeat_revenue,
                coalesce(sum(revenue) filter (where age_days < 90), 0)::double as last_90d
            from features.purchase_days group by all
        )

        select * replace (
            expected_revenue_90d::double as expected_revenue_90d,
            rule_revenue_90d::double as rule_revenue_90d,
            revenue_next_90d::double as revenue_next_90d
        )
        from prediction.lifetime_backtest inner join histories using (customer_id, as_of_date)
        """
    ).to_df()
    days = found.as_of_date.unique()
    assert len(days) > 1
    ((first_day, current),) = connection.sql(
        """
        select
            (select max(as_of_date) from prediction.purchase_histories where purpose = 'holdout'),
            (select max(as_of_date) from prediction.purchase_histories where purpose = 'scoring')
        """
    ).fetchall()
    assert days.min() == np.datetime64(first_day)
    assert days.max() <= np.datetime64(current) - np.timedelta64(90, "D")
    expected = (
        probability_alive(model, found.x, found.t_x, found.t)
        * expected_purchases(model, found.x, found.t, 90)
        * expected_value(values, found.x, found.repeat_revenue / np.maximum(found.x, 1))
    )
    np.testing.assert_allclose(found.expected_revenue_90d, expected, atol=5.1e-5, rtol=1e-9)
    np.testing.assert_array_equal(found.rule_revenue_90d, found.last_90d)
    shown = connection.sql(
        """
        select as_of_date, spearman, revenue_next_90d::double as revenue, customers
        from marts.score_evaluation
        where outcome = 'revenue' and group_kind = 'all' order by as_of_date
        """
    ).fetchall()
    assert len(shown) == len(days)
    for day, spearman, revenue, customers in shown:
        rows = found[found.as_of_date == np.datetime64(day)]
        assert customers == len(rows)
        assert revenue == pytest.approx(rows.revenue_next_90d.sum(), abs=1e-3)
        statistic = spearmanr(rows.expected_revenue_90d, rows.revenue_next_90d).statistic
        assert spearman == pytest.approx(statistic, abs=1e-12)


def test_the_tracking_curve_is_the_librarys(connection, parameters):
    first_days = connection.sql(
        """
        select first_purchase_on, count(*) as customers
        from prediction.purchase_histories where purpose = 'scoring' group by all
        """
    ).to_df()
    tracking = connection.sql("select * from prediction.lifetime_tracking order by all").to_df()
    for purpose, (model, _) in parameters.items():
        rows = tracking[tracking.purpose == purpose]
        for row in rows.itertuples():
            ages = (row.month_ends_on - first_days.first_purchase_on).dt.days.to_numpy()
            known = ages >= 0
            expected = expected_purchases(
                model, np.zeros(known.sum()), np.zeros(known.sum()), ages[known]
            )
            assert row.cumulative_expected_repeat_purchases == pytest.approx(
                first_days.customers[known] @ expected, abs=1e-5
            )
        assert rows.repeat_purchases.sum() == rows.cumulative_repeat_purchases.max()
        assert rows.is_unseen.any() == (purpose == "holdout")


def test_what_is_expected_of_cohorts_is_the_mean_over_the_beta_distribution(connection, parameters):
    model, values = parameters["scoring"]
    nodes = dropout_nodes(model.a, model.b, 1)
    p, weights = nodes.probabilities[0], nodes.weights[0]
    rows = connection.sql(
        """
        select
            *,
            date_trunc('month', first_purchase_on)::date as month
        from prediction.cohort_expectations
        order by first_purchase_on, period_unit, period
        """
    ).to_df()[::37]
    assert set(rows.period_unit) == {"month", "week"}
    for row in rows.itertuples():
        if row.period_unit == "week":
            begin, end = 7 * row.period - 1, 7 * row.period + 6
        else:
            months = np.datetime64(row.month, "M") + row.period
            first = np.datetime64(row.first_purchase_on, "D")
            begin = int((months.astype("datetime64[D]") - first).astype(int)) - 1
            end = int(((months + 1).astype("datetime64[D]") - first).astype(int)) - 1
        begin = max(begin, 0)
        before, after = (
            expected_purchases(model, [0], [0], age)[0] if age else 0 for age in (begin, end)
        )
        assert row.repeat_purchases == pytest.approx(after - before, rel=1e-7, abs=1e-10)
        assert row.repeat_revenue == pytest.approx((after - before) * values.mean_value, rel=1e-6)
        # Active at the beginning, and a purchase before the end.
        starts = (1 + p * begin / model.alpha) ** -model.r
        misses = (1 + (p * begin + end - begin) / model.alpha) ** -model.r
        active = 1.0 if row.period == 0 else math.fsum(weights * (starts - misses))
        assert row.active == pytest.approx(active, rel=1e-8)


def test_cohorts_hold_all_revenue(connection):
    """The demo ends with a month, so every month of the breakdown `all` is over."""
    ((difference,),) = connection.sql(
        """
        select
            (select sum(revenue) from marts.customers)
            - (
                select sum(revenue) from marts.cohort_retention
                where breakdown = 'all' and period_unit = 'month'
            )
        """
    ).fetchall()
    assert difference == 0


def test_cohorts_follow_from_the_purchases(connection):
    """By another route than the mart's: distinct customers of each week."""
    mart = connection.sql(
        """
        select * from marts.cohort_retention
        where breakdown = 'channel' and period_unit = 'week' and is_mature
        """
    ).to_df()
    customers = connection.sql(
        "select cohort_month, channel, count(*) from prediction.customer_cohorts group by all"
    ).fetchall()
    sizes = {(str(month)[:10], channel): size for month, channel, size in customers}
    counted = {
        (str(month)[:10], channel, week): count
        for month, channel, week, count in connection.sql(
            """
            select cohort_month, channel, week, count(distinct customer_id)
            from prediction.customer_cohorts as cohorts
            inner join (
                select
                    customer_id,
                    (activity_date - min(activity_date) over (partition by customer_id)) // 7
                        as week
                from features.purchase_days
                where as_of_date = (select max(as_of_date) from features.purchase_days)
            ) using (customer_id)
            group by all
            """
        ).fetchall()
    }
    assert len(mart) > 500
    for row in mart.itertuples():
        key = (str(row.cohort_month)[:10], row.breakdown_value)
        assert row.customers == sizes[key]
        assert row.active == counted.get((*key, row.period), 0)
