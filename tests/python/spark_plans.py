"""Prints, as JSON, what Spark would do for each compiled model; a process of its own, since a
session keeps the catalogue it was started with.

    python spark_plans.py <COTERIE_SPARK_HOME> <folder of compiled models>
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession


def main() -> None:
    """Explain every model against the tables that are there."""
    home, compiled = sys.argv[1:]
    settings = {
        "spark.master": "local[1]",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "false",
        "spark.sql.warehouse.dir": f"{home}/tables",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={home}/catalogue",
        "spark.ui.enabled": "false",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.enableHiveSupport()
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    plans = {}
    for file in sorted(Path(compiled).rglob("*.sql")):
        # The compiled tests lie in folders that are named like their YAML file.
        if not any(part.endswith(".yml") for part in file.parts):
            explained = spark.sql(f"explain {file.read_text()}")
            plans[file.stem] = explained.collect()[0][0]
    print(json.dumps(plans))


if __name__ == "__main__":
    main()
