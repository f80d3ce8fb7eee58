"""What a Spark build read, shuffled and spilled, model by model, from its event log.

SPARK_CONF_DIR=<folder of a spark-defaults.conf with spark.eventLog.enabled true> dbt build
python benchmarks/spark_stages.py <event log> [...]
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

# The table that an execution writes: the folder named in its plan.
WRITES = re.compile(r"InsertIntoHadoopFsRelationCommand\n[^\n]*\nArguments: \S*?/(\w+)\.db/(\w+),")
MIB = 2**20


def rows(files: list[Path]) -> dict[str, dict[str, float]]:
    """Sum the task metrics of each table that was written; what writes none is `other`."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for file in files:
        tables: dict[int, str] = {}
        stages: dict[int, str] = {}
        with file.open() as lines:
            for line in lines:
                event = json.loads(line)
                kind = event["Event"].rsplit(".", 1)[-1]
                if kind == "SparkListenerSQLExecutionStart":
                    match = WRITES.search(event["physicalPlanDescription"])
                    if match:
                        tables[event["executionId"]] = f"{match[1]}.{match[2]}"
                elif kind == "SparkListenerJobStart":
                    execution = event["Properties"].get("spark.sql.execution.id")
                    table = tables.get(int(execution), "other") if execution else "other"
                    stages.update(dict.fromkeys(event["Stage IDs"], table))
                elif kind == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                    metrics = event["Task Metrics"]
                    row = found[stages.get(event["Stage ID"], "other")]
                    row["tasks"] += 1
                    row["cpu_s"] += metrics["Executor CPU Time"] / 1e9
                    # Rows: the bytes of vectored Parquet reads are not counted by Spark 4.
                    row["read_rows"] += metrics["Input Metrics"]["Records Read"]
                    row["shuffled_mib"] += (
                        metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"] / MIB
                    )
                    row["spilled_mib"] += metrics["Disk Bytes Spilled"] / MIB
                    row["written_mib"] += metrics["Output Metrics"]["Bytes Written"] / MIB
    return found


def main() -> None:
    """Print the tables, dearest first, and the sum."""
    found = rows([Path(name) for name in sys.argv[1:]])
    columns = ("tasks", "cpu_s", "read_rows", "shuffled_mib", "spilled_mib", "written_mib")
    print(f"{'table':45}" + "".join(f"{column:>14}" for column in columns))
    total = {column: sum(row[column] for row in found.values()) for column in columns}
    for name, row in sorted(found.items(), key=lambda item: -item[1]["cpu_s"]):
        print(f"{name:45}" + "".join(f"{row[column]:>14,.1f}" for column in columns))
    print(f"{'sum':45}" + "".join(f"{total[column]:>14,.1f}" for column in columns))


if __name__ == "__main__":
    main()
