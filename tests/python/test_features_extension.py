"""A user's own features join customer_features without a fork: a model, or an attribute."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.warehouse]

ROOT = Path(__file__).parents[2]

FILES = {
    "dbt_project.yml": """
name: outside
version: "1.0.0"
profile: outside
models:
  outside:
    +schema: outside
""",
    "packages.yml": f"packages:\n  - local: {ROOT}\n",
    "profiles.yml": """
outside:
  target: duckdb
  outputs:
    duckdb: {type: duckdb, path: coterie.duckdb, schema: main}
""",
    "models/features_loyalty.sql": """
select customer_id, as_of_date, length(customer_id) as id_length, true as is_no_feature
from {{ ref('coterie', 'customer_as_of_dates') }}
where is_current
""",
    "models/features_silent.sql": "select * from {{ ref('features_loyalty') }}",
    "models/features_twin.sql": """
select customer_id, as_of_date, 1 as age_years from {{ ref('features_loyalty') }}
""",
    # The canary: made of what happened later, as no feature may be.
    "models/features_canary.sql": """
select
    dates.customer_id,
    dates.as_of_date,
    count(days.activity_date) as bought_later
from {{ ref('coterie', 'customer_as_of_dates') }} as dates
left join {{ ref('coterie', 'customer_days') }} as days
    on
        dates.customer_id = days.customer_id
        and days.orders > 0
        and days.activity_date between dates.as_of_date + 1 and dates.as_of_date + 30
group by dates.customer_id, dates.as_of_date
""",
    "models/features.yml": """
models:
  - name: features_canary
    columns:
      - name: bought_later
        config:
          meta: {family: canary, label: orders in the next 30 days, prediction: true}
  - name: features_loyalty
    columns:
      - name: id_length
        config:
          meta: {family: loyalty, unit: letters, label: length of the id, transform: sqrt}
      - name: is_no_feature
  - name: features_silent
    columns:
      - name: id_length
  - name: features_twin
    columns:
      - name: age_years
        config:
          meta: {family: loyalty}
""",
}


class OutsideProject:
    """A project that installs Coterie as a local package, on a copy of the built demo."""

    def __init__(self, folder: Path, warehouse: Path) -> None:
        self.folder = folder
        self.warehouse = folder / "coterie.duckdb"
        for name, text in FILES.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        shutil.copy(warehouse, self.warehouse)
        # Installed, Coterie builds into main_features and so on: show it there what the demo built.
        with duckdb.connect(str(self.warehouse)) as connection:
            for schema in ("staging", "identity", "features"):
                connection.execute(f"create schema main_{schema}")
                for (table,) in connection.execute(
                    "select table_name from information_schema.tables where table_schema = ?",
                    [schema],
                ).fetchall():
                    connection.execute(
                        f"create view main_{schema}.{table} as select * from {schema}.{table}"
                    )

    def dbt(self, *arguments: str, variables: dict | None = None) -> tuple[int, str]:
        """Exit code and output of one dbt command."""
        command = [str(Path(sys.executable).with_name("dbt")), *arguments]
        if variables:
            command += ["--vars", json.dumps(variables)]
        # By environment, not by flags: `dbt deps` knows no --target-path.
        folders = {
            "DBT_PROFILES_DIR": str(self.folder),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env=os.environ | folders,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def outside(tmp_path_factory, warehouse) -> OutsideProject:
    project = OutsideProject(tmp_path_factory.mktemp("outside"), warehouse)
    code, output = project.dbt("deps")
    assert code == 0, output
    return project


def test_own_model_and_own_attribute_become_features(outside):
    variables = {
        "extra_features": ["outside.features_loyalty"],
        "attribute_features": [
            {"attribute": "household_size", "name": "household_size", "unit": "persons"}
        ],
    }
    models = ("features_loyalty", "features_attributes", "customer_features")
    code, output = outside.dbt("run", "--select", *models, variables=variables)
    assert code == 0, output
    with duckdb.connect(str(outside.warehouse), read_only=True) as connection:
        rows, current, lengths, sizes, largest = connection.execute(
            "select count(*), count(*) filter (where is_current), count(id_length), "
            "count(household_size) filter (where is_current), max(household_size) "
            "from main_features.customer_features"
        ).fetchone()
        columns = [
            row[0]
            for row in connection.execute("describe main_features.customer_features").fetchall()
        ]
    assert rows > current == lengths > sizes > 0
    assert 1 <= largest < 20
    assert "is_no_feature" not in columns
    assert "distance_to_store_km" not in columns

    assert columns[-2:] == ["household_size", "id_length"]


A_CATEGORY = {"attribute": "x", "name": "x", "unit": "category", "categories": ["a", "b"]}


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"extra_features": ["features_silent"]}, "whose YAML describes no feature"),
        ({"extra_features": ["features_twin"]}, "age_years is in both features_demographic and"),
        (
            {"attribute_features": [{"attribute": "x", "name": "x", "transform": "cube"}]},
            "meta transform is 'cube', expected one of none, log1p, sqrt, logit",
        ),
        (
            {"attribute_features": [{"attribute": "x", "name": "x", "unit": "category"}]},
            "give `unit: category` and the list of `categories` together, or neither",
        ),
        (
            {"attribute_features": [{**A_CATEGORY, "segmentation": True}]},
            "a category has no distance, so that `segmentation: true` cannot be",
        ),
    ],
    ids=[
        "no_meta",
        "same_name",
        "unknown_treatment",
        "no_categories",
        "segments_by_a_category",
    ],
)
def test_wrong_features_stop_the_build_with_a_sentence(outside, variables, sentence):
    code, output = outside.dbt("compile", "--select", "customer_features", variables=variables)
    assert code != 0
    assert sentence in " ".join(output.split())


def test_a_feature_made_of_the_label_raises_the_leak_alarm(outside):
    variables = {"extra_features": ["outside.features_canary"]}
    scores = ("population", "labels", "training_plan", "examples", "fits")
    # Its attributes again: another test has built them with others.
    features = ("features_canary", "features_attributes", "customer_features")
    models = (*features, *(f"score_{name}" for name in scores))
    code, output = outside.dbt("run", "--select", *models, variables=variables)
    assert code == 0, output
    with duckdb.connect(str(outside.warehouse), read_only=True) as connection:
        ((is_chosen, reason),) = connection.execute(
            "select is_chosen, reason from main_prediction.score_fits "
            "where part = 'outcome' and outcome = 'purchase'"
        ).fetchall()
    assert not is_chosen
    assert "leak alarm: bought_later" in reason
