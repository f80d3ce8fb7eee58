"""The semantic layer: MetricFlow accepts it, and its answers are those of the marts' SQL."""

import csv
import math
import shutil
import subprocess
import sys
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
from dbt_project_runner import DbtResult, ProjectRunner

pytestmark = pytest.mark.skipif(
    find_spec("dbt_metricflow") is None, reason="dbt-metricflow is not installed (extra dev)"
)

# Rows of publications and outcomes that a demo of one publication lacks.
EARLIER = """
insert into publication.publications by name
    select * replace (0 as publication_id, date '2020-01-31' as as_of_date, 'earlier' as build_id)
    from publication.publications;
insert into publication.segment_health_store by name
    select * replace (
        0 as publication_id, date '2020-01-31' as as_of_date, 'earlier' as build_id,
        0.07 as share_psi
    )
    from publication.segment_health_store;
insert into publication.feature_drift_store by name
    select 0 as publication_id, 'earlier' as build_id, feature, training_psi
    from (values ('orders_90d', 0.02), ('revenue_90d', 0.3)) as found (feature, training_psi);
insert into publication.score_evaluation_store by name
    select
        max(publication_id) as publication_id, 'churn' as outcome, 'v' as model_version,
        date '2020-01-31' as as_of_date, 'all' as group_kind, 'all' as group_name,
        40 as customers, 10 as positives
    from publication.publications;
insert into publication.score_evaluation_store by name
    select * replace ('region' as group_kind, 'North' as group_name)
    from publication.score_evaluation_store where as_of_date = date '2020-01-31'
"""

# What is counted of customers, however they are grouped.
CUSTOMERS = {
    "customers": "count(*)",
    "active_customers": "count(*) filter (customers.lifecycle_stage in ('new', 'active'))",
    "revenue": "sum(revenue)",
    "orders": "sum(orders)",
    "average_basket": "sum(revenue) / nullif(sum(orders), 0)",
}
SCORES = {
    "churn_rate": "avg(churn_probability)",
    "expected_churners": "sum(churn_probability)",
    "customers_who_could_leave": "count(churn_probability)",
    "expected_value": "sum(expected_revenue_365d)",
    "at_risk_value": "sum(churn_probability * expected_revenue_365d)",
}
BY = {
    "customer__segment_name": "segment_name",
    "customer__country": "customers.country",
    "customer__favourite_channel": "favourite_channel",
    "customer__first_seen_at__month": "date_trunc('month', first_seen_at)",
}
JOINED = """
    from marts.customers
    left join marts.customer_segments using (customer_id)
    left join marts.customer_dimensions using (customer_id)
    left join marts.customer_scores using (customer_id)
"""
ONLY_ALL = "{{ Dimension('cohort__breakdown') }} = 'all'"
MONTHS = "from marts.cohort_retention where period_unit = 'month' and is_mature"


class MetricFlowProject(ProjectRunner):
    """A copy of the project as `mf` wants it: with its manifest in target/."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.target = self.folder / "target"

    def mf(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(Path(sys.executable).with_name("mf")), *arguments],
            check=False,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )

    def answer(self, metrics: str, by: str = "", where: str = "") -> list[tuple]:
        """Rows of a query: what it is grouped by, in MetricFlow's order, then the metrics."""
        answer = self.folder / "answer.csv"
        answer.unlink(missing_ok=True)
        arguments = ["--metrics", metrics, "--csv", str(answer), "--quiet"]
        arguments += ["--group-by", by] if by else []
        arguments += ["--where", where] if where else []
        done = self.mf("query", *arguments)
        assert done.returncode == 0 and answer.exists(), done.stdout + done.stderr
        with answer.open() as file:
            header, *rows = csv.reader(file)
        # `mf` closes each row with a comma.
        names = [name for name in header if name]
        order = [*(by.split(",") if by else []), *metrics.split(",")]
        assert set(names) == set(order)
        return [tuple(row[names.index(name)] for name in order) for row in rows]

    def rename_metric(self, name: str, other: str) -> DbtResult:
        """Break a metric: what it counts is called something else."""
        path = self.folder / "models/marts/_marts__metrics.yml"
        text = path.read_text()
        path.write_text(text.replace(f"measure: {name}}}", f"measure: {other}}}"))
        result = self.dbt("parse")
        path.write_text(text)
        return result


@pytest.fixture(scope="module")
def project(warehouse, tmp_path_factory) -> MetricFlowProject:
    """The demo's warehouse, copied, for `mf` locks what it asks."""
    project = MetricFlowProject(tmp_path_factory.mktemp("metrics"))
    shutil.copy(warehouse, project.warehouse)
    project.execute(EARLIER)
    # The views as they stand in the sources: another run may have built the warehouse.
    project.dbt("run", "--select", "marts").expect_success()
    return project


def text(key: object) -> str:
    """What rows are grouped by, as either side writes it; null is nothing."""
    if key is None or isinstance(key, str):
        return (key or "").removesuffix(" 00:00:00")
    return key.strftime("%Y-%m-%d") if isinstance(key, date) else str(key)


def agree(answered: list[tuple], expected: list[tuple], *, figures: int = 1) -> None:
    """Both hold the same rows; their last columns are figures, equal within 1e-9 relative."""
    sides = []
    for rows in (answered, expected):
        by_key = {
            tuple(map(text, row[:-figures])): [
                math.nan if value in (None, "") else float(value) for value in row[-figures:]
            ]
            for row in rows
        }
        assert len(by_key) == len(rows)
        sides.append(by_key)
    ours, theirs = sides
    assert theirs
    assert set(ours) == set(theirs)
    for key, values in ours.items():
        assert values == pytest.approx(theirs[key], rel=1e-9, nan_ok=True), key


def test_metricflow_accepts_the_configuration(project):
    done = project.mf("validate-configs", "--show-all")
    assert done.returncode == 0, done.stdout + done.stderr
    # What it looks at, without and with the warehouse, in its own words.
    assert done.stdout.count("ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0") == 6
    assert "metrics against data warehouse" in done.stdout


def test_a_metric_of_nothing_is_refused(project):
    broken = project.rename_metric("order_revenue", "income")
    assert broken.exit_code != 0
    assert "income" in broken.output
    project.dbt("parse").expect_success()


@pytest.mark.parametrize("by", ["", *BY])
def test_figures_of_customers_are_those_of_the_marts(project, by):
    metrics = CUSTOMERS | SCORES
    group = BY.get(by)
    query = f"select {', '.join(([group] if group else []) + list(metrics.values()))} {JOINED}"
    expected = project.query(query + (f" group by {group}" if group else ""))
    agree(project.answer(",".join(metrics), by), expected, figures=len(metrics))


def test_two_groupings_at_once(project):
    group = "segment_name, date_trunc('month', first_seen_at)"
    agree(
        project.answer("revenue", "customer__segment_name,customer__first_seen_at__month"),
        project.query(f"select {group}, sum(revenue) {JOINED} group by {group}"),
    )


def test_time_is_the_day_a_figure_belongs_to(project):
    agree(
        project.answer("customers", "metric_time__month"),
        project.query(
            "select date_trunc('month', first_seen_at), count(*) from marts.customers group by all"
        ),
    )
    agree(
        project.answer("expected_value", "metric_time__day"),
        project.query(
            "select as_of_date, sum(expected_revenue_365d) from marts.customer_scores group by all"
        ),
    )


def test_retention_is_that_of_the_cohorts(project):
    agree(
        project.answer("retention", "cohort__period", ONLY_ALL),
        project.query(
            f"select period, sum(active) / sum(customers) {MONTHS} "
            "and breakdown = 'all' and period > 0 group by period"
        ),
    )
    agree(
        project.answer("retention,returns,chances_to_return", "cohort__cohort_month__month"),
        project.query(
            "select cohort_month, sum(active) / sum(customers), sum(active), sum(customers) "
            f"{MONTHS} and period > 0 group by cohort_month"
        ),
        figures=3,
    )


def test_every_breakdown_holds_every_customer(project):
    """What lets `retention` go without a breakdown: all of them together say the same."""
    by_breakdown = dict(project.answer("retention", "cohort__breakdown"))
    ((alone,),) = project.answer("retention")
    assert set(by_breakdown) == {"all", "channel", "country", "segment", "campaign"}
    for retention in by_breakdown.values():
        assert float(retention) == pytest.approx(float(alone), rel=1e-9)
    agree(
        project.answer("retention", "cohort__breakdown,cohort__breakdown_value"),
        project.query(
            "select breakdown, breakdown_value, sum(active) / sum(customers) "
            f"{MONTHS} and period > 0 group by all"
        ),
    )


def test_monthly_revenue_is_that_of_the_days(project):
    """The months are over, and hold every purchase of a customer in them."""
    answered = project.answer("monthly_revenue", "metric_time__month")
    agree(
        answered,
        project.query(
            f"select calendar_month, sum(revenue) {MONTHS} and breakdown = 'all' group by all"
        ),
    )
    by_day = project.query(
        "select date_trunc('month', activity_date), sum(revenue) from features.purchase_days "
        "inner join features.as_of_dates using (as_of_date) where is_current group by all"
    )
    days = {text(month): float(revenue) for month, revenue in by_day}
    for month, revenue in answered:
        assert float(revenue) == pytest.approx(days[text(month)], rel=1e-9), month
    agree(
        project.answer(
            "monthly_revenue_by_breakdown",
            "cohort__breakdown,cohort__breakdown_value,metric_time__month",
        ),
        project.query(
            "select breakdown, breakdown_value, calendar_month, sum(revenue) "
            f"{MONTHS} and breakdown <> 'all' group by all"
        ),
    )


def test_segment_shares_are_those_of_the_segments(project):
    answered = project.answer("segment_share", "segment__segment_name")
    agree(
        answered,
        project.query("select segment_name, share from marts.segments where level = 'segment'"),
    )
    assert sum(float(share) for _, share in answered) == pytest.approx(1)


def test_drift_is_that_of_the_publications(project):
    psi = project.answer("psi", "metric_time__day")
    agree(psi, project.query("select as_of_date, share_psi from marts.segment_health"))
    assert ("2020-01-31 00:00:00", "0.07") in psi
    agree(project.answer("psi", "publication"), [(0, 0.07), (1, None)])
    agree(
        project.answer("feature_psi", "feature_comparison__feature"),
        [("orders_90d", 0.02), ("revenue_90d", 0.3)],
    )
    agree(
        project.answer("feature_psi", "publication__published_on__day"), [(date(2020, 1, 31), 0.3)]
    )


def test_observed_churn_is_that_of_the_evaluations(project):
    answered = project.answer(
        "observed_churn_rate,observed_churners,customers_observed", "metric_time__day"
    )
    agree(
        answered,
        project.query(
            "select as_of_date, positives / customers, positives, customers "
            "from marts.score_evaluation where outcome = 'churn' and group_kind = 'all'"
        ),
        figures=3,
    )
    assert ("2020-01-31 00:00:00", "0.25", "10", "40") in answered
