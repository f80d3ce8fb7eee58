"""Frames between the warehouse and the library: relations in, typed Arrow tables out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

#: Most rows a Python model reads: twice the largest sample that var sample_customers may ask for.
ROWS_MAX = 200_000


def to_arrow(relation: Any, *, rows_max: int = ROWS_MAX) -> pa.Table:
    """Read what ``dbt.ref()`` gives: a DuckDB relation, a Spark frame or an Arrow table.

    Parameters
    ----------
    relation
        What to read.
    rows_max
        Most rows it may have. Python models learn from a bounded sample: whoever reads all
        customers by mistake shall hear so, and not fill the memory of the machine dbt runs on.

    Raises
    ------
    ValueError
        If the relation has more rows; no more than that are read.
    TypeError
        If the object is none of these.
    """
    if isinstance(relation, pa.Table):
        table = relation
    elif isinstance(relation, duckdb.DuckDBPyRelation):
        table = relation.limit(rows_max + 1).to_arrow_table()
    elif is_spark_frame(relation):
        frame = relation.limit(rows_max + 1)
        # Spark 3.5 has no toArrow.
        if hasattr(type(frame), "toArrow"):
            table = frame.toArrow()
        else:
            table = pa.Table.from_pandas(frame.toPandas(), preserve_index=False)
    else:
        raise TypeError(f"cannot read a relation of type {type(relation).__name__}")
    if table.num_rows > rows_max:
        raise ValueError(
            f"the relation has more than {rows_max:,} rows. A Python model reads a sample (var "
            "sample_customers), never all customers: what is attached to each of them is SQL."
        )
    return table


def is_spark_frame(thing: Any) -> bool:
    """Whether something is a frame of a Spark session, local or of Spark Connect.

    By its class: a frame of Spark Connect takes every attribute name for a column.
    """
    return any(
        base.__name__ == "DataFrame" and base.__module__.startswith("pyspark.sql.")
        for base in type(thing).__mro__
    )


def with_schema(rows: Iterable[Mapping[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table of exactly the declared columns; a key that is left out is null.

    Raises
    ------
    ValueError
        If a row holds a column that is not declared.
    """
    rows = list(rows)
    unknown = sorted({name for row in rows for name in row} - set(schema.names))
    if unknown:
        raise ValueError(f"columns {unknown} are not declared; the schema has {schema.names}")
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def matrix(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """Read a column of equally long lists as a matrix (rows, length); nulls become NaN.

    Raises
    ------
    ValueError
        If the lists differ in length.
    """
    lists = column.combine_chunks()
    if len(lists) == 0:
        return np.empty((0, 0))
    values = np.asarray(lists.flatten().to_numpy(zero_copy_only=False), dtype=np.float64)
    lengths = set(lists.value_lengths().to_pylist())
    if len(lengths) != 1 or None in lengths:
        raise ValueError(
            f"vectors of one table must be equally long, got lengths {sorted(map(str, lengths))}"
        )
    return values.reshape(len(lists), lengths.pop())
