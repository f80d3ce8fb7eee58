"""How often the checks of drift are wrong: on drawn customers, and on the months of a retailer."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from dbt_project_runner import ROOT, ProjectRunner, record
from installed_project import InstalledProject
from scipy.special import ndtr

pytestmark = pytest.mark.prove

SIZES = (500, 1_000, 10_000, 100_000)
# Var sample_customers: features are compared on the sample, shares on everybody.
SAMPLE = 20_000
CHECKS = (
    "features_did_not_drift",
    "features_did_not_collapse",
    "segment_shares_did_not_drift",
    "segment_shares_did_not_jump",
    "customers_keep_their_segment",
)
MODELS = (
    "segment_training_bins",
    "segment_bin_counts",
    "segment_feature_drift",
    "segment_share_changes",
    "segment_stayers",
    "feature_bins_store",
    "segment_health_store",
    "publication_checks",
)
SHARES = np.array([0.06, 0.10, 0.12, 0.14, 0.16, 0.20, 0.22])
FEATURES = 12
SHIFTED = 3


@dataclass
class Gates:
    """A built warehouse whose customers can be drawn anew, and the SQL that judges them."""

    connection: duckdb.DuckDBPyConnection
    sql: dict[str, str]
    features: list[str]
    version: str
    columns: list[str] = field(default_factory=list)

    def draw_features(self, values: np.ndarray) -> None:
        """Put customers with these features (rows by features, NaN missing) in place."""
        table = pa.table(dict(zip(self.features, values.T, strict=True)))
        self.connection.register("drawn", table)
        drawn = ", ".join(f"nullif({name}, 'nan'::double) as {name}" for name in self.features)
        others = ", ".join(f"0 as {name}" for name in self.columns if name not in self.features)
        self.connection.execute(
            f"""
            create or replace table features.customer_features as
            select 'c' || row_number() over () as customer_id, date '2026-06-30' as as_of_date,
                true as is_current, true as is_in_sample, 1 as orders_total,
                0 as active_days_total, 0 as opens_365d, 0 as clicks_365d, {drawn}
                {", " + others if others else ""}
            from drawn
            """
        )

    def draw_segments(self, labels: np.ndarray, table: str) -> None:
        """Put customers with these segments in place, now or at the last publication."""
        drawn_labels = pa.table({"label": labels})
        self.connection.register("drawn_labels", drawn_labels)
        self.connection.execute(
            f"""
            create or replace table {table} as
            select 'c' || row_number() over () as customer_id, 's0' || label as segment_id,
                cast(null as varchar) as micro_segment_id, 1 as publication_id,
                'before' as build_id, '{self.version}' as model_version
            from drawn_labels
            """
        )

    def build(self, model: str, schema: str = "segmentation") -> None:
        self.connection.execute(f"create or replace table {schema}.{model} as {self.sql[model]}")

    def train(self, values: np.ndarray) -> None:
        self.draw_features(values)
        self.build("segment_training_bins")

    def publish(self, values: np.ndarray, labels: np.ndarray) -> None:
        """Make these customers those of the last publication."""
        self.draw_features(values)
        self.build("segment_bin_counts")
        self.connection.execute(
            f"""
            create or replace table publication.feature_bins_store as
            select * replace (1 as publication_id) from ({self.sql["feature_bins_store"]})
            """
        )
        self.draw_segments(labels, "publication.customer_segments_store")

    def judge(self, values: np.ndarray | None = None, labels: np.ndarray | None = None) -> set[str]:
        """Names of the checks that these customers fail; without values, those of before."""
        if values is not None:
            self.draw_features(values)
            self.build("segment_bin_counts")
            self.build("segment_feature_drift")
        if labels is not None:
            self.draw_segments(labels, "segmentation.segment_assignments")
            self.build("segment_share_changes")
            self.build("segment_stayers")
        self.build("segment_health_store", "publication")
        rows = self.connection.execute(
            f"""
            select check_name, is_passed from ({self.sql["publication_checks"]})
            where check_name in {CHECKS}
            """
        ).fetchall()
        assert len(rows) == len(CHECKS)
        return {name for name, is_passed in rows if not is_passed}


@pytest.fixture(scope="module")
def gates(demo, tmp_path_factory):
    project = ProjectRunner(tmp_path_factory.mktemp("gates"))
    shutil.copy(demo.warehouse, project.warehouse)
    # The SQL of a second build of the demo, whose publication would be the next one.
    project.execute(
        "delete from publication.publications where publication_id > 1",
        "update publication.publications set publication_id = 1",
        "update publication.candidate set publication_id = 2",
    )
    project.dbt("compile", "-s", *MODELS, variables={"build_id": "drawn"}).expect_success()
    compiled = project.target / "compiled/coterie/models"
    files: dict[str, Path] = {file.stem: file for file in compiled.rglob("*.sql")}
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute("set threads = 2")
        version = connection.execute(
            "select model_version from segmentation.segment_models where status = 'accepted'"
        ).fetchone()[0]
        scaling = connection.execute(
            "select feature from segmentation.feature_scaling where model_version = ? "
            "order by position",
            [version],
        ).fetchall()
        columns = [row[0] for row in scaling]
        features = columns[:FEATURES]
        connection.execute(
            "update segmentation.feature_scaling set is_used = position <= ?", [FEATURES]
        )
        connection.execute(
            "create or replace table segmentation.segment_training_plan as "
            "select true as is_due, date '2026-06-30' as as_of_date, ? as model_version",
            [version],
        )
        yield Gates(
            connection,
            {model: files[model].read_text() for model in MODELS},
            features,
            version,
            columns,
        )


def draw_values(random: np.random.Generator, rows: int, shift: float = 0.0) -> np.ndarray:
    """Features as customers have them: correlated by 0.3, skewed, counts, shares with zeros.

    ``shift``, in standard deviations of what lies behind them, moves the first three.
    """
    common = random.standard_normal((rows, 1))
    latent = np.sqrt(0.3) * common + np.sqrt(0.7) * random.standard_normal((rows, FEATURES))
    latent[:, :SHIFTED] += shift
    values = np.empty_like(latent)
    for column in range(FEATURES):
        z = latent[:, column]
        match column % 4:
            case 0:
                values[:, column] = np.exp(z)
            case 1:
                values[:, column] = np.floor(np.exp(1.5 + z))
            case 2:
                values[:, column] = z
            case _:
                values[:, column] = np.clip(ndtr(z) * 1.6 - 0.6, 0, None)
    # Every fourth feature is missing for a tenth of the customers.
    values[:, 3::4][random.random((rows, FEATURES // 4)) < 0.1] = np.nan
    return values


def draw_labels(random: np.random.Generator, rows: int) -> np.ndarray:
    return random.choice(len(SHARES), rows, p=SHARES)


def later(random: np.random.Generator, labels: np.ndarray) -> np.ndarray:
    """The same customers a month on: 15 % are drawn anew."""
    moved = random.random(len(labels)) < 0.15
    return np.where(moved, draw_labels(random, len(labels)), labels)


def judged_often(gates: Gates, rows: int, draws: int) -> dict[str, float]:
    """Shares of draws with a false error and with a shift that is caught."""
    random = np.random.default_rng([7, rows])
    sampled = min(rows, SAMPLE)
    false_errors = caught = 0
    for _ in range(draws):
        labels = draw_labels(random, rows)
        gates.train(draw_values(random, sampled))
        gates.publish(draw_values(random, sampled), labels)
        false_errors += bool(gates.judge(draw_values(random, sampled), later(random, labels)))
        shifted = draw_values(random, sampled, shift=0.5)
        caught += "features_did_not_drift" in gates.judge(shifted)
    return {"false_errors": false_errors / draws, "half_sigma_shift_caught": caught / draws}


def test_drift_is_told_from_chance(gates):
    """At most 5 % false errors; half a standard deviation in three features caught in 95 %."""
    found = {f"{rows} customers": judged_often(gates, rows, 200) for rows in SIZES}
    record("drift gates: 200 draws of each size", found)
    for size, shares in found.items():
        assert shares["false_errors"] <= 0.05, size
        assert shares["half_sigma_shift_caught"] >= 0.95, size


def test_a_share_that_doubles_is_caught(gates):
    """A segment that goes from 6 % to 12 % is caught in 90 %, from 2,000 customers on."""
    share_checks = {"segment_shares_did_not_drift", "segment_shares_did_not_jump"}
    found = {}
    for rows in (2_000, 10_000, 100_000):
        random = np.random.default_rng([8, rows])
        values = draw_values(random, 500)
        gates.train(values)
        caught = 0
        for _ in range(200):
            labels = draw_labels(random, rows)
            gates.publish(values, labels)
            grown = later(random, labels)
            grown[(grown != 0) & (random.random(rows) < 0.06 / 0.94)] = 0
            caught += bool(share_checks & gates.judge(values, grown))
        found[f"{rows} customers"] = caught / 200
    record("drift gates: a segment from 6 % to 12 %, 200 draws of each size", found)
    assert min(found.values()) >= 0.9


def month_ends(first: str, months: int) -> list[str]:
    """Last days of so many months in a row."""
    start = np.datetime64(first, "M")
    return [str((start + n + 1).astype("datetime64[D]") - 1) for n in range(months)]


def test_months_of_a_retailer_raise_no_false_error(tmp_path):
    """Online Retail II, built at 18 month-ends one after the other: each is published."""
    data = (ROOT / os.environ.get("COTERIE_DATA", "../shared/data")).resolve()
    folder = ROOT / "examples/online_retail_ii"
    project = InstalledProject(folder, tmp_path, COTERIE_DATA=str(data))
    project.dbt("deps").expect_success()
    found, refused = [], {}
    for month in month_ends("2010-06", 18):
        # What the examples' own tests count holds for all the data only.
        build = project.dbt(
            *("build", "--exclude-resource-type", "test"), variables={"as_of_date": month}
        )
        if "Download" in build.output:
            pytest.skip("Online Retail II is not on this machine: see examples/online_retail_ii")
        build.expect_success()
        failed = project.query(
            "select check_name, words from main_publication.publication_checks where not is_passed"
        )
        if failed:
            refused[month] = sorted(failed)
        found += [
            {"as_of_date": month, "customers": customers, "segments": segments, "verdict": verdict}
            for customers, segments, verdict in project.query(
                """
                select
                    (select count(segment_id) from main_marts.customer_segments),
                    (select count(*) from main_marts.segments where level = 'segment'),
                    (
                        select verdict from main_publication.segment_health_store
                        order by publication_id desc limit 1
                    )
                """
            )
        ]
    record("drift gates: month-ends of Online Retail II", {"months": found, "refused": refused})
    assert not refused
