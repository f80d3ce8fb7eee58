"""Python models on Spark: what the plugin reads, writes and refuses; no Spark is started here."""

import json
import math
import subprocess
import sys
import textwrap
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar

import duckdb
import pyarrow as pa
import pytest

from coterie import spark
from coterie.frames import is_spark_frame, to_arrow

GENERATED = """
import pyspark
df = model(dbt, spark)
df.write.mode("overwrite").format("parquet").option("overwriteSchema", "true").saveAsTable("a.b")
"""
SCHEMA = pa.schema(
    {
        "label": pa.string(),
        "is_used": pa.bool_(),
        "k": pa.int32(),
        "rows": pa.int64(),
        "x": pa.float64(),
        "day": pa.date32(),
        "seen_at": pa.timestamp("us", tz="UTC"),
        "price": pa.decimal128(38, 9),
        "vector": pa.list_(pa.float64()),
        "words": pa.list_(pa.string()),
    }
)
DESCRIPTION = [
    ("label", "string", None),
    ("is_used", "boolean", None),
    ("k", "int", None),
    ("rows", "bigint", None),
    ("x", "double", None),
    ("day", "date", None),
    ("seen_at", "timestamp", None),
    ("price", "decimal(38,9)", None),
    ("vector", "array<double>", None),
    ("words", "array<string>", None),
]


def test_the_generated_code_is_parted():
    code = f"import this\n\n{spark.GENERATED}\n{GENERATED}"
    assert spark.split_code(code) == ("import this\n\n", "a.b", "parquet")


@pytest.mark.parametrize(
    "code", ["import this", f"x\n{spark.GENERATED}\nnothing known", f"x\n{GENERATED}"]
)
def test_generated_code_of_another_form_is_refused(code):
    with pytest.raises(spark.SubmissionError, match=r"dbt-spark>=1\.11"):
        spark.split_code(code)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (7, "7"),
        (-(2**63), "-9223372036854775808"),
        (0.1, "double('0.1')"),
        (5e-324, "double('5e-324')"),
        (-0.0, "double('-0.0')"),
        (math.nan, "double('nan')"),
        (math.inf, "double('inf')"),
        (date(2026, 1, 31), "'2026-01-31'"),
        (Decimal("1.10"), "'1.10'"),
        ("O'Brien", r"'O\'Brien'"),
        ('say "hi"', "'say \"hi\"'"),
        ("back\\slash", r"'back\\slash'"),
        ("two\nlines", r"'two\nlines'"),
        ("${env:HOME} 100 %", r"'\u0024{env:HOME} 100 %'"),
        ("None", "'None'"),
        ([], "array()"),
        ([1.5, None], "array(double('1.5'), null)"),
        ([["a'b"], [], None], r"array(array('a\'b'), array(), null)"),
    ],
)
def test_literals(value, text):
    assert spark.literal(value) == text


def test_small_tables_are_written_some_rows_a_statement():
    rows = 2 * spark.ROWS_PER_INSERT + 1
    table = pa.table({"k": pa.array(range(rows), pa.int32()), "v": [[0.5]] * rows})
    statements = list(spark.write_statements("a.b", "parquet", table))
    assert statements[:2] == [
        "drop table if exists a.b",
        "create table a.b (`k` int, `v` array<double>) using parquet",
    ]
    assert [text.count("cast(array(") for text in statements[2:]] == [200, 200, 1]
    assert statements[-1] == (
        "insert into a.b values\n(cast(400 as int), cast(array(double('0.5')) as array<double>))"
    )


def test_an_empty_table_keeps_its_columns():
    statements = list(spark.write_statements("a.b", "parquet", SCHEMA.empty_table()))
    assert len(statements) == 2
    assert "`price` decimal(38, 9), `vector` array<double>" in statements[1]


@pytest.mark.parametrize(
    "data_type", [pa.binary(), pa.map_(pa.string(), pa.int32()), pa.struct({"a": pa.int32()})]
)
def test_types_that_cannot_be_written_are_refused(data_type):
    with pytest.raises(spark.SubmissionError, match="cannot be written from Python"):
        spark.sql_type(pa.list_(data_type))


def test_columns_are_read_from_describe():
    partitions = [("", "", ""), ("# Partition Information", "", ""), ("day", "date", None)]
    assert spark.read_schema("a.b", DESCRIPTION + partitions) == SCHEMA
    # What is read can be written, and the other way round.
    assert [spark.arrow_type(spark.sql_type(field.type)) for field in SCHEMA] == SCHEMA.types


@pytest.mark.parametrize("spark_type", ["map<string,int>", "array<struct<a:int>>", "binary"])
def test_types_that_cannot_be_read_are_refused(spark_type):
    with pytest.raises(spark.SubmissionError, match=r"column odd of a\.b: type .* cannot be read"):
        spark.read_schema("a.b", [("odd", spark_type, None)])


def test_every_digit_survives_the_json_of_spark():
    text = (
        r'{"label":"O\u0027Brien, \"é\" [1,2]","is_used":false,"k":-1,"rows":9007199254740993,'
        r'"x":1.0E-5,"day":"0001-01-01","seen_at":"2026-01-31T23:59:59.123456Z",'
        r'"price":12345678901234567890123456789.123456789,'
        r'"vector":[0.1,"NaN","-Infinity",2,null,-0.0],"words":["a,b",null,""]}'
    )
    row = spark.from_json(text, SCHEMA)
    vector = row.pop("vector")
    assert math.isnan(vector.pop(1))
    assert vector == [0.1, -math.inf, 2.0, None, -0.0]
    assert math.copysign(1, vector[-1]) == -1
    assert row == {
        "label": 'O\'Brien, "é" [1,2]',
        "is_used": False,
        "k": -1,
        "rows": 9007199254740993,
        "x": 1e-05,
        "day": date(1, 1, 1),
        "seen_at": datetime(2026, 1, 31, 23, 59, 59, 123456, tzinfo=UTC),
        "price": Decimal("12345678901234567890123456789.123456789"),
        "words": ["a,b", None, ""],
    }


def test_spark_leaves_nulls_out_of_its_json():
    row = spark.from_json('{"words":[]}', SCHEMA)
    assert row.pop("words") == []
    assert set(row.values()) == {None}


def served(rows: int):
    """A connection whose table has so many rows; like a server it heeds the limit."""
    asked = []

    def query(sql: str):
        asked.append(sql)
        if sql.startswith("describe"):
            return [("x", "double", None)]
        limit = int(sql.split("limit ")[1])
        return [(json.dumps({"x": 0.5}),)] * min(rows, limit)

    return query, asked


def test_the_driver_reads_no_more_than_the_cap(monkeypatch):
    monkeypatch.setattr(spark, "ROWS_MAX", 5)
    query, asked = served(5)
    assert spark.read_table(query, "a.b") == pa.table({"x": [0.5] * 5})
    query, asked = served(1_000_000)
    with pytest.raises(spark.SubmissionError, match=r"a\.b has more than 5 rows.*reads a sample"):
        spark.read_table(query, "a.b")
    assert asked[-1].endswith("limit 6")


class ConnectFrame:
    """What makes a frame of Spark Connect a trap: every name is an attribute, a column."""

    __module__ = "pyspark.sql.connect.dataframe"

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __getattr__(self, name: str):
        return f"column {name}"

    def limit(self, rows: int):
        return type(self)(min(rows, self.rows))

    def toArrow(self):
        return pa.table({"x": range(self.rows)})


ConnectFrame.__name__ = "DataFrame"


def duckdb_relation(rows: int):
    return duckdb.sql(f"select i as x from range({rows}) as r(i)")


@pytest.mark.parametrize(
    "relation", [ConnectFrame, duckdb_relation, lambda rows: pa.table({"x": range(rows)})]
)
def test_python_models_cannot_read_the_population(relation):
    assert to_arrow(relation(7), rows_max=7).num_rows == 7
    with pytest.raises(ValueError, match=r"more than 7 rows.*never all customers"):
        to_arrow(relation(8), rows_max=7)


def test_frames_are_told_by_their_class():
    assert is_spark_frame(ConnectFrame(1))
    assert not is_spark_frame(duckdb_relation(1))
    assert not is_spark_frame(pa.table({"write": [1]}))
    with pytest.raises(TypeError, match="cannot read a relation of type str"):
        to_arrow("x")


def test_results_are_tables():
    table = pa.table({"x": [1, 2]})
    assert spark.to_table(table) is table
    assert spark.to_table(table.to_pandas()) == table
    with pytest.raises(spark.SubmissionError, match="not dict"):
        spark.to_table({"x": [1]})


def test_a_failing_model_tells_its_own_line():
    code = (
        "class dbtObj:\n    def __init__(self, load): pass\ndef model(dbt, session):\n    1 / 0\n"
    )
    with pytest.raises(spark.SubmissionError, match=r'fits failed:(.|\n)*"fits.py", line 4'):
        spark.run_model(code, "fits", lambda name: None, None)


class Wrapper:
    @classmethod
    def _fix_binding(cls, value):
        return float(value) if isinstance(value, int) else f"'{value}'"


def test_values_of_seeds_are_quoted():
    spark.quote_bindings(Wrapper)
    sql = "insert into t values (%s, %s, %s)"
    bindings = tuple(Wrapper._fix_binding(value) for value in ("O'Brien 100 %", None, 7))
    assert sql % bindings == r"insert into t values ('O\'Brien 100 %', null, 7.0)"


class ThriftWrapper:
    statements: ClassVar[list[str]] = []

    @classmethod
    def _fix_binding(cls, value):
        return float(value) if isinstance(value, int) else value

    def execute(self, sql, bindings=None):
        assert bindings is None
        self.statements.append(sql)


def test_values_of_seeds_stand_in_the_statement_itself():
    spark.bind_as_text(ThriftWrapper)
    wrapper = ThriftWrapper()
    wrapper.execute("insert into t values (%s, %s, %s)", ["${env:HOME} 'x' 100 %", None, 7])
    wrapper.execute("select 'no values: 100 %s'")
    assert wrapper.statements == [
        r"insert into t values ('\u0024{env:HOME} \'x\' 100 %', null, double('7.0'))",
        "select 'no values: 100 %s'",
    ]


class Adapter:
    def __init__(self, method: str) -> None:
        self.method = method

    @property
    def connections(self):
        return type("Anything", (), {"profile": self, "credentials": self, "method": self.method})

    @property
    def python_submission_helpers(self):
        return {"job_cluster": object}

    @property
    def default_python_submission_method(self):
        return "all_purpose_cluster"

    @property
    def credentials(self):
        return self


def test_each_method_has_its_submission():
    spark.add_submission_methods(Adapter)
    assert Adapter("session").default_python_submission_method == "session"
    assert Adapter("thrift").default_python_submission_method == "driver"
    # Databricks stays dbt-spark's own business.
    assert Adapter("http").default_python_submission_method == "all_purpose_cluster"
    assert set(Adapter("http").python_submission_helpers) == {"job_cluster", "session", "driver"}


def test_the_plugin_is_idle_without_the_spark_adapter():
    code = """
        import sys
        import dbt_coterie
        dbt_coterie.plugins[0]("coterie")
        assert not [name for name in sys.modules if name in ("pyspark", "coterie.spark")]
        """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)
