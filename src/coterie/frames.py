"""Frames between the warehouse and the library: relations in, typed Arrow tables out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def to_arrow(relation: Any) -> pa.Table:
    """Read what ``dbt.ref()`` gives: a DuckDB relation, a Spark frame or an Arrow table.

    Raises
    ------
    TypeError
        If the object offers neither way to be read.
    """
    if isinstance(relation, pa.Table):
        return relation
    # Spark first: on Spark Connect every attribute name seems to exist.
    if hasattr(relation, "toPandas"):
        return pa.Table.from_pandas(relation.toPandas(), preserve_index=False)
    if hasattr(relation, "to_arrow_table"):
        return relation.to_arrow_table()
    raise TypeError(f"cannot read a relation of type {type(relation).__name__}")


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
