"""Prints, as JSON, what Spark would do for each compiled model; a process of its own, since a
session keeps the catalogue it was started with.

    python spark_plans.py <COTERIE_SPARK_HOME> <folder of compiled models>
"""

import json
import sys
from pathlib import Path

from spark_session import start_spark


def main() -> None:
    """Explain every model against the tables that are there."""
    home, compiled = sys.argv[1:]
    spark = start_spark(Path(home), **{"spark.master": "local[1]"})
    plans = {}
    for file in sorted(Path(compiled).rglob("*.sql")):
        # The compiled tests lie in folders that are named like their YAML file.
        if not any(part.endswith(".yml") for part in file.parts):
            explained = spark.sql(f"explain {file.read_text()}")
            plans[file.stem] = explained.collect()[0][0]
    print(json.dumps(plans))


if __name__ == "__main__":
    main()
