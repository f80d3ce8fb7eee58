"""macros/cross_db gives equal values on both engines, and the values it should."""

import json
import random
import re
import unicodedata
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest
from cleaning_values import QUERIES, TYPED, VALUES
from cross_db_cases import CASES, Aggregate
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from rendered_macros import render
from spark_session import start_spark

ROOT = Path(__file__).parents[2]
CROSS_DB = ROOT / "macros/cross_db"
ENGINES = ("duckdb", "spark")
DECLARED = re.compile(r"{%-?\s*macro\s+([a-z]\w*)\(")
IMPLEMENTATIONS = ("default__", "duckdb__", "spark__")

# Macros that are no expression, and the tests that run them on both engines.
ELSEWHERE = {
    "composed_letters": "test_composed_letters_are_those_of_unicode",
    "equal_characters": "test_composed_letters_are_those_of_unicode",
    "clear_leftovers": "test_folders_without_a_table_are_cleared",
    "delete_up_to": "test_rows_up_to_a_number_are_deleted",
    "make_folder": "test_files_are_written_and_read",
    "table_over_files": "test_files_are_written_and_read",
    "write_files": "test_files_are_written_and_read",
    "replaced_by": "test_both_engines_give_the_same_rows",
    # A hint, which moves no value.
    "broadcast": "test_both_engines_give_the_same_rows",
    # Differs on purpose, and moves no value: rows of one day lie in the folder of its month.
    "store_period": "test_both_engines_give_the_same_rows",
}

# Letters of the scripts that engines without Unicode functions know, blanks and punctuation.
SWEPT = [
    chr(point)
    for point in (
        *range(1, 0x700),
        *range(0x1E00, 0x2070),
        *range(0x3000, 0x3100),
        *range(0xFB00, 0xFB07),
    )
    if unicodedata.category(chr(point)) not in ("Cn", "Cs")
]
SWEEPS = {
    "lower_text": "{{ coterie.lower_text('given') }}",
    "upper_text": "{{ coterie.upper_text('given') }}",
    "trim_text": "{{ coterie.trim_text('given') }}",
    "strip_accents": "{{ coterie.strip_accents('given') }}",
    "normalize_unicode": "{{ coterie.normalize_unicode('given') }}",
    "is_word": r"{{ coterie.regexp_like('given', '^[\\p{L}\\p{M}\\p{N}]$') }}",
    "is_blank": r"{{ coterie.regexp_like('given', '\\s') }}",
    "json_row": "{{ coterie.json_row([['text', 'given']]) }}",
}
DOUBLES = {
    "to_decimal": "{{ coterie.to_decimal('cast(given as double)', 18, 6) }}",
    "to_decimal_wide": "{{ coterie.to_decimal('cast(given as double)', 38, 9) }}",
    "decimal_text": "{{ coterie.decimal_text("
    "coterie.to_decimal('cast(given as double)', 38, 9)) }}",
    "round_number": "{{ coterie.round_number('cast(given as double)', 9) }}",
    "round_number_2": "{{ coterie.round_number('cast(given as double)', 2) }}",
}
# Typed by hand: what generated values seldom hit.
HARD = [
    *(
        None,
        "",
        " ",
        "0",
        "-0",
        "-",
        "+",
        ".",
        "1.",
        "1e5",
        "1_000",
        "0x1F",
        "٣",
        "NaN",
        "Infinity",
    ),
    *("1 234,50 €", "1.234,50", "1,234.50", "12'345.678", "(12)", "-0,005", "99999999999999999999"),
    *("2024-02-29", "2023-02-29", "31/12/2024", "12/31/2024", "2024-12-31T24:00:00", "1/2/2024"),
    *("2024-03-31T02:30:00+02:00", "2024-10-27 02:30 CET", "2024-03-31 02:30:00Z", "20240229"),
    *("1709164800", "1709164800123", "0001-01-01", "0000-00-00", "9999-12-31 23:59:59+00:01"),
    *("+33 (0)6 12 34 56 78", "0033612345678", "06.12.34.56.78", "+44 7911 123456", "112"),
    *("Été@Exemple.FR", "a@b", "a..b@c.fr", "mailto:a@b.fr", "a@b.fr ", "\uff41@b.fr"),
    *("ΣΟΦΟΣ", "straße", "İstanbul", "Ŀ", "ﬁn", "e\u0301", "Saint-Étienne cedex 2", "St. Denis 3e"),
    *(
        "Paris 16ème",
        "2A004",
        "75 001",
        "F-75001",
        "\u200bx",
        "x\u0000y".replace("\u0000", "\u0001"),
    ),
    *("vrai", "OUI", "n", "t", "3.5 kg", "12cm", "10 - 20", "漢字😀", "a\r\nb", 'O\'Neil \\ "x"'),
]


class Engine:
    """SQL in, plain Python values out."""

    def __init__(self, name: str, connection: Any) -> None:
        self.name = name
        self.connection = connection

    def run(self, sql: str) -> list[tuple]:
        """Rows of a query or statement."""
        if self.name == "duckdb":
            return self.connection.execute(sql).fetchall()
        return [plain(tuple(row)) for row in self.connection.sql(sql).collect()]

    def load(self, table: str, columns: dict[str, str], rows: list[tuple]) -> None:
        """Hold rows under a name."""
        types = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        if self.name == "duckdb":
            self.connection.execute(f"create or replace temp table {table} ({types})")
            values = [list(column) for column in zip(*rows, strict=True)]
            unnested = ", ".join("unnest(?)" for _ in columns)
            self.connection.execute(f"insert into {table} select {unnested}", values)
        else:
            frame = self.connection.createDataFrame(rows, types)
            frame.createOrReplaceTempView(table)


def plain(value: Any) -> Any:
    """Rows of Spark as tuples, its structs as mappings."""
    if isinstance(value, tuple) and hasattr(value, "asDict"):
        return {name: plain(field) for name, field in value.asDict().items()}
    if isinstance(value, tuple | list):
        return type(value)(plain(element) for element in value)
    return value


@pytest.fixture(scope="module")
def engines(spark, tmp_path_factory):
    """Both engines; the session of Spark ends with the module."""
    session = start_spark(tmp_path_factory.mktemp("spark"))
    with duckdb.connect() as connection:
        yield {"duckdb": Engine("duckdb", connection), "spark": Engine("spark", session)}
    session.stop()


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> dict[str, dict[str, str]]:
    """Every expression and query of this module, for each engine."""
    calls = {f"case {number}": case.expression for number, case in enumerate(CASES)}
    calls |= {f"clean {name}": query for name, query in QUERIES.items()}
    calls |= {f"sweep {name}": text for name, text in (SWEEPS | DOUBLES).items()}
    calls["letters"] = "{{ coterie.composed_letters() | tojson }}"
    calls["spellings"] = "{{ coterie.equal_characters() | tojson }}"
    calls["write"] = "{{ coterie.write_files('select QUERY', 'FOLDER') }}"
    calls["make"] = "{{ coterie.make_folder('PARENT') }}"
    calls["read"] = "{{ coterie.table_over_files('written_rows', 'FOLDER') }}"
    return {
        engine: render(tmp_path_factory.mktemp(engine), calls, engine=engine) for engine in ENGINES
    }


def declared() -> set[str]:
    """Macros of cross_db that other folders call."""
    names = {name for path in CROSS_DB.glob("*.sql") for name in DECLARED.findall(path.read_text())}
    return {name for name in names if not name.startswith(IMPLEMENTATIONS)}


def test_every_macro_has_a_case_or_a_test_elsewhere():
    cases = {case.macro for case in CASES if not case.macro.startswith("(")}
    assert cases | set(ELSEWHERE) == declared()
    assert not cases & set(ELSEWHERE)
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in ELSEWHERE.values() if f"def {name}(" not in tests] == []


@pytest.mark.parametrize("name", ENGINES)
def test_values_are_the_stated_ones(engines, rendered, name):
    engine = engines[name]
    columns = {"number": "int", "place": "int", "given": "string", "other": "string"}
    pairs = [
        (number, place, *pair)
        for number, case in enumerate(CASES)
        for place, pair in enumerate(case.pairs)
    ]
    engine.load("case_values", columns, pairs)
    guarded = [
        "null" if isinstance(case, Aggregate) else f"case when number = {number} then ({sql}) end"
        for number, case in enumerate(CASES)
        for sql in (rendered[name][f"case {number}"],)
    ]
    # All in one query, or Spark would plan and compile a hundred.
    rows = engine.run(f"select {', '.join(['number', 'place', *guarded])} from case_values")
    answers = {(row[0], row[1]): row[2 + row[0]] for row in rows}
    wrong = []
    for number, case in enumerate(CASES):
        if isinstance(case, Aggregate):
            sql = rendered[name][f"case {number}"]
            found = engine.run(f"select {sql} from case_values where number = {number}")
            compared = [(case.pairs, found[0][0], case.answer)]
        else:
            expected = list(enumerate(case.answers.items()))
            compared = [(pair, answers[number, place], right) for place, (pair, right) in expected]
        wrong += [
            f"{case.macro}: {pair!r} gives {found!r}, not {right!r}"
            for pair, found, right in compared
            if (found, type(found)) != (right, type(right))
        ]
    assert wrong == [], "\n".join(wrong)


def differences(engines, queries: dict[str, dict[str, str]]) -> list[tuple]:
    """What both engines answer differently: query, given, answers."""
    found = []
    for query in queries["duckdb"]:
        left, right = (dict(engines[name].run(queries[name][query])) for name in ENGINES)
        assert left.keys() == right.keys()
        found += [(query, key, left[key], right[key]) for key in left if left[key] != right[key]]
    return found


def part(rendered, kind: str, names: Any, text: str) -> dict[str, dict[str, str]]:
    """For each engine, the rendered calls of a kind laid into a query."""
    return {
        engine: {name: text.format(rendered[engine][f"{kind} {name}"]) for name in names}
        for engine in ENGINES
    }


def test_every_letter_is_treated_alike(engines, rendered):
    for name in ENGINES:
        engines[name].load("swept", {"given": "string"}, [(letter,) for letter in SWEPT])
    queries = part(rendered, "sweep", SWEEPS, "select given, {} from swept")
    assert differences(engines, queries) == []


def test_marks_are_composed_alike(engines, rendered):
    letters = [letter for letter in SWEPT if unicodedata.normalize("NFD", letter) != letter]
    apart = [(unicodedata.normalize("NFD", letter),) for letter in letters]
    for name in ENGINES:
        engines[name].load("swept", {"given": "string"}, sorted(set(apart)))
    names = ("normalize_unicode", "strip_accents")
    assert differences(engines, part(rendered, "sweep", names, "select given, {} from swept")) == []


def test_numbers_are_rounded_alike(engines, rendered):
    chance = random.Random(7)
    numbers = {chance.uniform(-1, 1) * 10 ** chance.randint(-8, 8) for _ in range(600)}
    numbers |= {chance.randint(-(10**6), 10**6) / 1000 for _ in range(300)}
    halves = {
        (2 * chance.randint(-(10**5), 10**5) + 1) / 2 / 10**digits
        for digits in (2, 6)
        for _ in range(300)
    }
    texts = [(repr(number),) for number in sorted(numbers | halves)]
    for name in ENGINES:
        engines[name].load("numbers", {"given": "string"}, texts)
    queries = part(rendered, "sweep", DOUBLES, "select given, {} from numbers")
    assert differences(engines, queries) == []


def drawn(strategy: st.SearchStrategy, examples: int) -> list[str]:
    """Values of a strategy, the same in every run."""
    values = set()

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(strategy, min_size=10, max_size=30))
    def collect(some):
        values.update(some)

    collect()
    return sorted(values)


def test_typed_values_are_cleaned_alike(engines, rendered):
    found = []
    queries = part(rendered, "clean", QUERIES, "{}")
    by_strategy = groupby(
        sorted(QUERIES, key=lambda n: id(VALUES.get(n, TYPED))), key=lambda n: VALUES.get(n, TYPED)
    )
    for strategy, names in by_strategy:
        values = {*HARD, *drawn(strategy, 40)}
        assert len(values) > 150
        for name in ENGINES:
            engines[name].load("given_values", {"given": "string"}, [(value,) for value in values])
        some = list(names)
        found += differences(engines, {e: {n: queries[e][n] for n in some} for e in ENGINES})
    assert found == []


def test_composed_letters_are_those_of_unicode(rendered):
    for name in ENGINES:
        for mark, letters in json.loads(rendered[name]["letters"]):
            for letter, composed in zip(letters[::2], letters[1::2], strict=True):
                assert unicodedata.normalize("NFC", letter + mark) == composed
        spellings = json.loads(rendered[name]["spellings"])
        assert [unicodedata.normalize("NFC", other) for other in spellings[0]] == list(spellings[1])


def statement(engine: Engine, file: str, macro: str, *arguments: Any, **known: Any) -> str:
    """Render an implementation that asks the engine before it says what to do."""

    def run_query(sql: str) -> SimpleNamespace:
        return SimpleNamespace(rows=engine.run(sql))

    environment = Environment(extensions=["jinja2.ext.do"])
    template = environment.from_string((CROSS_DB / file).read_text())
    module = template.make_module({"run_query": run_query, "execute": True, **known})
    return getattr(module, macro)(*arguments).strip()


@pytest.mark.parametrize("name", ENGINES)
def test_files_are_written_and_read(engines, rendered, tmp_path, name):
    engine, texts = engines[name], rendered[name]

    def written(key: str, query: str = "") -> str:
        text = texts[key].replace("QUERY", query)
        return text.replace("FOLDER", f"{tmp_path}/all/rows").replace("PARENT", f"{tmp_path}/all")

    if texts["make"]:
        engine.run(written("make"))
    # The second writing takes the place of the first.
    for query in ("1 as a, 'x' as b union all select 2, 'y'", "3 as a, cast(null as string) as b"):
        engine.run(written("write", query))
    engine.run(written("read"))
    assert engine.run("select a, b from written_rows") == [(3, None)]
    engine.run(f"drop {'view' if name == 'duckdb' else 'table'} written_rows")
    assert list((tmp_path / "all/rows").glob("*.parquet")), "the files went with the relation"


@pytest.mark.parametrize("name", ENGINES)
def test_rows_up_to_a_number_are_deleted(engines, name):
    engine = engines[name]
    stored = "using parquet partitioned by (number)" if name == "spark" else ""
    rows = " union all ".join(f"select 'r{n}' as label, {n % 5} as number" for n in range(10))
    engine.run(f"create table kept_rows {stored} as {rows}")
    macro = f"{'spark' if name == 'spark' else 'default'}__delete_up_to"
    for limit, kept in (("-1", 10), ("(select max(number) - 2 from kept_rows)", 4), ("2", 4)):
        deletion = statement(engine, "replaced_by.sql", macro, "kept_rows", "number", limit)
        if deletion:
            engine.run(deletion)
        assert engine.run("select count(*) from kept_rows") == [(kept,)]
    engine.run("drop table kept_rows")


def test_folders_without_a_table_are_cleared(engines):
    spark = engines["spark"]
    spark.run("create schema if not exists broken")
    location = dict(row[:2] for row in spark.run("describe database broken"))["Location"]
    folder = Path(location.removeprefix("file:"))
    (folder / "half").mkdir()
    (folder / "half/part-0.parquet").write_bytes(b"half a row")

    def node(alias: str, materialized: str = "table") -> SimpleNamespace:
        config = SimpleNamespace(materialized=materialized, enabled=True)
        return SimpleNamespace(
            package_name="coterie",
            resource_type="model",
            schema="broken",
            alias=alias,
            config=config,
        )

    nodes = {alias: node(alias) for alias in ("whole", "half")}
    known = {
        "graph": SimpleNamespace(nodes=nodes),
        "adapter": SimpleNamespace(quote="`{}`".format),
    }
    with pytest.raises(Exception, match="LOCATION_ALREADY_EXISTS"):
        spark.run("create table broken.half using parquet as select 2 as a")
    # Also where no build ever made a table.
    statement(spark, "clear_leftovers.sql", "spark__clear_leftovers", **known)
    assert not (folder / "half").exists()
    spark.run("create table broken.whole using parquet as select 1 as a")
    spark.run("create table broken.half using parquet as select 2 as a")
    statement(spark, "clear_leftovers.sql", "spark__clear_leftovers", **known)
    assert spark.run("select a from broken.whole union all select a from broken.half") == [
        (1,),
        (2,),
    ]
