"""A local Spark session with the settings of profiles.yml, for tests that run SQL on Spark."""

import os
from importlib.util import find_spec
from pathlib import Path

import yaml
from jinja2 import Environment

from coterie.java import java_problem

ROOT = Path(__file__).parents[2]


def spark_problem() -> str | None:
    """Say why Spark cannot run here; None if it can."""
    if find_spec("pyspark") is None:
        return "PySpark is not installed: make .venv/spark.stamp"
    return java_problem()


def spark_settings(home: Path) -> dict[str, str]:
    """Settings of the target spark as dbt reads them, with its files below `home`."""

    def env_var(name: str, default: str = "") -> str:
        return str(home) if name == "COTERIE_SPARK_HOME" else os.environ.get(name, default)

    environment = Environment()
    environment.filters["as_number"] = int
    text = environment.from_string((ROOT / "profiles.yml").read_text()).render(env_var=env_var)
    settings = yaml.safe_load(text)["coterie"]["outputs"]["spark"]["server_side_parameters"]
    # dbt-spark sets this on every connection.
    return {**settings, "spark.sql.ansi.enabled": "false"}


def start_spark(home: Path, **changed: str):
    """Start the session of this process, with the catalogue that dbt would have."""
    from pyspark.sql import SparkSession  # noqa: PLC0415

    builder = SparkSession.builder.enableHiveSupport()
    for name, value in {**spark_settings(home), **changed}.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
