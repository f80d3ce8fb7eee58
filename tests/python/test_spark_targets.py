"""A small project built through each Spark target: what a seed and a Python model hold arrives.

Spark Connect is that of a standalone cluster with two workers, the Thrift server runs by itself.
"""

import csv
import secrets
from pathlib import Path

import pytest
from dbt_project_runner import ROOT, ProjectRunner
from spark_cluster import SparkCluster

pytestmark = pytest.mark.usefixtures("spark")

TEXTS = [
    "O'Brien",
    'say "hi", 100 %',
    "back\\slash \\n \\' end\\",
    "two\nlines",
    "${env:HOME} $1",
    "é 漢 😀 a\u0301",
    "None",
    "; -- drop",
    None,
]
PROJECT = {
    "dbt_project.yml": """
name: tiny
profile: coterie
flags: {send_anonymous_usage_stats: false}
models: {+materialized: table, +file_format: parquet}
seeds:
  +file_format: parquet
  +quote_columns: false
  tiny:
    oddities:
      +column_types: {id: int, words: string, amount: double, day: date, is_odd: boolean}
""",
    "models/every_type.sql": """
select
    id,
    words,
    amount,
    day,
    is_odd,
    cast(amount as decimal(38, 9)) as price,
    cast(9007199254740993 as bigint) + id as pieces,
    cast('2026-01-31 23:59:59.123456' as timestamp) as seen_at,
    array(0.1D, amount, cast('NaN' as double), cast('-Infinity' as double), 5e-324D) as vector,
    case when is_odd then array(words, 'a,b', '') end as many_words
from {{ ref('oddities') }}
""",
    "models/copied.py": """
from coterie.frames import to_arrow


def model(dbt, session):
    return to_arrow(dbt.ref("every_type"))
""",
    "models/copied_empty.py": """
from coterie.frames import to_arrow


def model(dbt, session):
    return to_arrow(dbt.ref("every_type")).slice(0, 0)
""",
    "models/every_customer.sql": "select id from range(200001)",
    "models/reads_every_customer.py": """
from coterie.frames import to_arrow


def model(dbt, session):
    return to_arrow(dbt.ref("every_customer"))
""",
    # Every value is compared, NaN with NaN and null with null.
    "tests/assert_copied_is_the_same.sql": """
(select * from {{ ref('every_type') }} except all select * from {{ ref('copied') }})
union all
(select * from {{ ref('copied') }} except all select * from {{ ref('every_type') }})
""",
    "tests/assert_empty_copy_has_the_columns.sql": """
select 1
from (select count(*) as row_count from {{ ref('copied_empty') }}
    where vector[0] > 0 and price > 0 and seen_at > day and many_words is not null)
where row_count > 0
""",
    "tests/assert_oddities_arrived.sql": """
select oddities.* from {{ ref('oddities') }} as oddities
full join (select * from values {{ EXPECTED }} as expected(id, words)) as expected
    on oddities.id = expected.id
where hex(encode(oddities.words, 'utf-8')) is distinct from expected.words
    or oddities.amount is distinct from expected.id / 7D
    or (oddities.words is null) is distinct from (oddities.day is null)
    or oddities.is_odd is distinct from (expected.id % 2 = 1)
""",
}


class TinyProject(ProjectRunner):
    """The small project, with the profiles of the real one."""

    def __init__(self, folder: Path, target: str, environment: dict[str, str]) -> None:
        self.folder = folder / "project"
        self.warehouse = folder / "none.duckdb"
        self.target = folder / "target"
        self.own_environment = {
            "COTERIE_TARGET": target,
            "COTERIE_SPARK_HOME": str(folder / "spark"),
            "DBT_PROFILES_DIR": str(ROOT),
            **environment,
        }
        expected = ", ".join(
            f"({number}, {'null' if words is None else repr(words.encode().hex().upper())})"
            for number, words in enumerate(TEXTS)
        )
        for name, text in PROJECT.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace("{{ EXPECTED }}", expected))
        (self.folder / "seeds").mkdir()
        with (self.folder / "seeds/oddities.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "words", "amount", "day", "is_odd"])
            for number, words in enumerate(TEXTS):
                day = "" if words is None else "1999-12-31"
                rows.writerow([number, words, number / 7, day, number % 2 == 1])

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, **self.own_environment}

    def leaks(self, secret: str) -> list[Path]:
        """Files that dbt wrote with a secret in them."""
        files = [path for path in self.target.rglob("*") if path.is_file()]
        assert any(path.name == "dbt.log" for path in files)
        return [path for path in files if secret.encode() in path.read_bytes()]


def check(project: TinyProject, secret: str) -> None:
    """Build, look at the result, and look for the secret in what dbt wrote."""
    build = project.dbt("build")
    assert build.status("reads_every_customer") == "error"
    assert "more than 200,000 rows" in build.output
    others = {
        name: status
        for name, status in build.statuses.items()
        if not name.endswith("reads_every_customer")
    }
    assert set(others.values()) == {"success", "pass"}, build.output[-6000:]
    assert len(others) == 8
    assert secret not in build.output
    assert project.leaks(secret) == []


def test_a_session_in_the_process_of_dbt(tmp_path):
    check(TinyProject(tmp_path, "spark", {}), "no secret here")


def test_spark_connect_on_a_cluster_with_two_workers(tmp_path):
    with SparkCluster(tmp_path / "cluster", server="connect", worker_memory="512m") as cluster:
        assert len(cluster.reported_workers()) == 2
        check(TinyProject(tmp_path, "spark_connect", cluster.environment), cluster.token)
    assert not cluster.processes


def test_a_thrift_server(tmp_path):
    # The server asks for no password and takes any: what matters is where dbt leaves it.
    password = secrets.token_hex(16)
    with SparkCluster(tmp_path / "server", server="thrift", workers=0) as cluster:
        environment = {
            **cluster.environment,
            "COTERIE_SPARK_AUTH": "LDAP",
            "DBT_ENV_SECRET_COTERIE_SPARK_PASSWORD": password,
        }
        check(TinyProject(tmp_path, "spark_thrift", environment), password)
