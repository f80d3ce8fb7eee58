"""Rules of the house that no linter knows: engines, refs, determinism, thin Python models."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from spark35 import NEWER_SYNTAX, newer_syntax, newer_than_spark_35

ROOT = Path(__file__).parents[2]
MODEL_FOLDERS = ("models", "python_models")
SQL_FILES = sorted(
    path for folder in ("models", "macros", "tests") for path in (ROOT / folder).rglob("*.sql")
)
PYTHON_MODELS = sorted((ROOT / "python_models").rglob("*.py"))

# Sums and averages of doubles, and aggregates that pick a row, depend on the order in which
# threads deliver rows: https://duckdb.org/docs/stable/operations_manual/non-deterministic_behavior
UNSAFE_AGGREGATES = re.compile(
    r"\b(avg|mean|fsum|kahan_sum|sumkahan|favg|stddev|stddev_pop|stddev_samp|variance|var_pop|var_samp"
    r"|corr|covar_pop|covar_samp|regr_\w+|skewness|kurtosis|mode|first|last|any_value|arbitrary"
    r"|arg_min|arg_max|min_by|max_by|argmin|argmax|approx_\w+|reservoir_quantile|random|rand|uuid"
    r"|now|current_date|current_timestamp|today|get_current_timestamp)\s*\(",
    re.IGNORECASE,
)
UNORDERED_AGGREGATES = re.compile(
    r"\b(string_agg|group_concat|listagg|array_agg|list|collect_list)\s*\((?P<inside>[^()]*(\([^()]*\)[^()]*)*)\)",
    re.IGNORECASE,
)
# Types in which a sum is exact, and what gives doubles.
EXACT_CAST = re.compile(
    r"\bas\s+(decimal|numeric|bigint|integer|int)\b[^()]*(\([^()]*\))?\s*$", re.I
)
INEXACT = re.compile(r"\bas\s+(double|float|real)\b|\bcoterie\.(divide|finite_number)\(", re.I)
# What one engine spells in its own way; a name after a dot is a macro's or one of Python's.
ENGINE_SPELLINGS = re.compile(
    r"::\s*[a-z_]|(?<![.\w])(list_\w+|strptime|strftime|epoch|epoch_[mun]s)\s*\("
    r"|\bvarchar\b|\bqualify\b|\bexclude\s*\(|\bgroup\s+by\s+all\b",
    re.IGNORECASE,
)

# What tells the engine, or the target that stands for one.
ENGINE_SWITCHES = re.compile(
    r"\btarget\s*(?:\.\s*(?:type|name|profile_name)\b|\[|\.get\(\s*['\"](?:type|name|profile_name))"
    r"|\badapter\.type\(|\b(?:duckdb|spark)__"
)


def without_comments(path: Path) -> str:
    """SQL and Jinja without the comments of either."""
    text = re.sub(r"\{#.*?#\}", " ", path.read_text(), flags=re.DOTALL)
    return re.sub(r"--[^\n]*", " ", text)


def code_of(path: Path) -> str:
    """SQL without comments, Jinja comments and quoted text, but for an order handed to a macro."""
    return re.sub(
        r"'(order by )?[^'\n]*'", lambda quoted: f"'{quoted[1] or ''}'", without_comments(path)
    )


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def unsafe_aggregates(code: str) -> list[str]:
    found = [match.group(0) for match in UNSAFE_AGGREGATES.finditer(code)]
    for match in UNORDERED_AGGREGATES.finditer(code):
        if "order by" not in match["inside"].lower():
            found.append(match.group(0))
    return found


def calls(code: str, function: str) -> list[str]:
    """What stands between the brackets of each call of a function."""
    found = []
    for match in re.finditer(rf"\b{function}\s*\(", code, re.IGNORECASE):
        depth = 1
        for end, character in enumerate(code[match.end() :], start=match.end()):
            depth += (character == "(") - (character == ")")
            if depth == 0:
                found.append(code[match.end() : end])
                break
    return found


def sums_of_doubles(code: str) -> list[str]:
    found = []
    for summed in calls(code, "sum"):
        inexact = summed
        for cast in calls(summed, "cast"):
            if EXACT_CAST.search(cast):
                inexact = inexact.replace(cast, "")
        if INEXACT.search(inexact):
            found.append(f"sum({summed})")
    return found


def is_cross_db(path: Path) -> bool:
    # dbt looks for generate_schema_name by name; it stands in the root of macros/.
    return path.is_relative_to(ROOT / "macros/cross_db") or path.stem == "generate_schema_name"


@pytest.mark.parametrize(
    ("code", "is_unsafe"),
    [
        ("select avg(x) from t", True),
        ("select sum(x) from t", False),
        ("select stddev_pop (x)", True),
        ("select array_agg(x)", True),
        ("select array_agg(x order by x)", False),
        ("select string_agg(cast(x as text), ',')", True),
        ("select current_date()", True),
        ("select list_distance(a, b), first_name, last_day(x)", False),
    ],
)
def test_the_lint_sees_aggregates_that_depend_on_row_order(code, is_unsafe):
    assert bool(unsafe_aggregates(code)) is is_unsafe


@pytest.mark.parametrize(
    ("code", "is_unsafe"),
    [
        ("select sum(cast(x as double)) from t", True),
        ("select SUM (1 + cast(x as FLOAT)) over (partition by y)", True),
        ("select sum(case when y > 0 then cast(x as real) end)", True),
        ("select sum({{ coterie.divide('x', 'y') }})", True),
        ("select sum(cast(cast(x as double) as decimal(38, 9)))", False),
        ("select sum(cast(x as decimal(18, 4))), sum(cast(y as bigint) * y)", False),
        ("select sum(cast(y as decimal(18, 4)) * cast(x as double))", True),
        ("select cast(sum(x) as double) / count(*)", False),
        ("select cast(revenue as double) / cast(sum(revenue) over () as double)", False),
    ],
)
def test_the_lint_sees_sums_of_doubles(code, is_unsafe):
    assert bool(sums_of_doubles(code)) is is_unsafe


@pytest.mark.parametrize(
    ("code", "is_engines_own"),
    [
        ("select x::date from t", True),
        ("select x :: int from t", True),
        ("select list_sum(x) from t", True),
        ("select strptime(x, '%Y')", True),
        ("select strftime (x, '%Y')", True),
        ("select epoch(x), epoch_ms(y)", True),
        ("select * from t QUALIFY row_number() over (order by x) = 1", True),
        ("select * exclude (x) from t", True),
        ("select x, count(*) from t group by all", True),
        ("select '{{ run_started_at.strftime('%Y') }}', x || ':' || y", False),
        ("select {{ coterie.epoch_to_timestamp('x') }}, {{ coterie.list_sum('x') }}", False),
        ("select epoch, list_price, is_excluded, cast(x as date) from t group by 1", False),
        ("select count(*) over (order by x groups current row exclude ties)", False),
    ],
)
def test_the_lint_sees_what_one_engine_spells_in_its_own_way(code, is_engines_own):
    assert bool(ENGINE_SPELLINGS.search(code)) is is_engines_own


@pytest.mark.parametrize(
    ("code", "is_switch"),
    [
        ("{% if target.type == 'spark' %}", True),
        ("{{ 'a' if target.name == 'spark' else 'b' }}", True),
        ("+enabled: \"{{ target['type'] == 'duckdb' }}\"", True),
        ("{{ target.get('type') }}", True),
        ("{% if adapter.type() == 'spark' %}", True),
        ("{% macro spark__trim_text(text) %}", True),
        ("{{ target.schema }} {{ target.get('database') }}", False),
        ("clean-targets: [target, logs]", False),
    ],
)
def test_the_lint_sees_switches_of_the_engine(code, is_switch):
    assert bool(ENGINE_SWITCHES.search(code)) is is_switch


NEWER_SAMPLES = {
    "a function of Spark 4": "select listagg (x, ',')",
    "qualify": "select x from t qualify y = 1",
    "recursive query": "with recursive t as (select 1)",
    "unnest: 3.5 has explode": "select * from unnest(array(1))",
    "* except": "select * except (x) from t",
    "pipe": "from t |> select x",
    "collation": "select x collate UTF8_LCASE",
    "variant": "select cast(x as variant)",
    "session variable": "declare variable x int",
    "range of an interval": "over (range between interval 2 day preceding and current row)",
}


@pytest.mark.parametrize("reason", NEWER_SYNTAX)
def test_the_lint_sees_what_spark_35_lacks(reason):
    (found,) = newer_than_spark_35(NEWER_SAMPLES[reason])
    assert found.startswith(f"{reason}: ")


@pytest.mark.parametrize(
    ("sql", "is_newer"),
    [
        ("select 'O''Brien'", True),
        ("select 'O\\'Brien', '', concat('', ''), 'it' || '' -- isn''t", False),
        ("select 'qualify', `quote`, \"listagg(x)\" /* unnest(x) */", False),
        ("select t.time (x), string_aggregate(x), array_except(x, y)", False),
        ("select regexp_like(x, 'a'), try_to_timestamp(x), get(y, 0), array_size(y)", False),
    ],
)
def test_the_lint_for_spark_35_reads_texts_as_spark_does(sql, is_newer):
    assert bool(newer_than_spark_35(sql)) is is_newer


@pytest.mark.parametrize("path", SQL_FILES, ids=name)
def test_sql_is_no_newer_than_spark_35(path):
    """Look at the sources; what they are compiled to is looked at in test_spark_demo.py."""
    code = re.sub(
        r"\{%-?\s*macro duckdb__.*?endmacro\s*-?%\}", " ", without_comments(path), flags=re.DOTALL
    )
    assert newer_syntax(code) == []


CONFIGURATIONS = [
    ROOT / "dbt_project.yml",
    *(p for folder in (*MODEL_FOLDERS, "macros", "seeds") for p in (ROOT / folder).rglob("*.yml")),
]


@pytest.mark.parametrize("path", sorted(CONFIGURATIONS) + PYTHON_MODELS, ids=name)
def test_configuration_names_no_engine(path):
    assert ENGINE_SWITCHES.findall(path.read_text()) == []


@pytest.mark.parametrize("path", [path for path in SQL_FILES if not is_cross_db(path)], ids=name)
def test_sql_is_deterministic(path):
    assert unsafe_aggregates(code_of(path)) == []
    assert sums_of_doubles(without_comments(path)) == []
    assert not re.search(r"\bcurrent_(date|timestamp)\b(?!\w)", code_of(path), re.IGNORECASE)


@pytest.mark.parametrize("path", [path for path in SQL_FILES if not is_cross_db(path)], ids=name)
def test_engines_are_named_in_cross_db_only(path):
    code = re.sub(r"\{#.*?#\}", " ", path.read_text(), flags=re.DOTALL)
    assert ENGINE_SWITCHES.findall(code) == []
    if path.is_relative_to(ROOT / "macros"):
        assert not re.search(r"default__", code), "dispatched macros live in macros/cross_db"
    # Quoted text too: macros hand SQL to each other in quotes.
    assert ENGINE_SPELLINGS.findall(without_comments(path)) == []


@pytest.mark.parametrize("path", [p for p in SQL_FILES + PYTHON_MODELS], ids=name)
def test_internal_refs_name_the_package(path):
    for arguments in re.findall(r"\bref\(([^)]*)\)", path.read_text()):
        assert arguments.count(",") >= 1 or "*" in arguments, f"ref({arguments}) has one argument"


@pytest.mark.parametrize("path", sorted((ROOT / "tests/generic").rglob("*.sql")), ids=name)
def test_generic_tests_read_our_model_not_a_namesake(path):
    """See macros/testing/tested_model.sql."""
    assert not re.search(r"\{\{\s*model\s*\}\}", path.read_text())


@pytest.mark.parametrize(
    "path", [p for p in SQL_FILES if p.is_relative_to(ROOT / "models")], ids=name
)
def test_no_model_reads_the_truth(path):
    assert "demo_truth" not in path.read_text()


@pytest.mark.parametrize("path", sorted((ROOT / "models").rglob("*__unit_tests.yml")), ids=name)
def test_unit_tests_are_for_this_repository_only(path):
    # Installed in another project they would read that project's relations and fail there;
    # dbt_project.yml cannot tell, it does not know the root project's name.
    condition = """config: {enabled: "{{ project_name == 'coterie' }}"}"""
    assert path.read_text().count("\n    model:") == path.read_text().count(condition)


@pytest.mark.parametrize("path", PYTHON_MODELS, ids=name)
def test_python_models_are_thin(path):
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert [function.name for function in functions] == ["model"]
    assert len(path.read_text().splitlines()) <= 45


VARIABLES = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["coterie"]


def uncommented(lines: list[str]) -> list[str]:
    """Vars without a comment of their own or of the vars of the same first word before them."""
    found = []
    above, group = "", ""
    for line in lines:
        match = re.match(r"    (\w+):", line)
        if match:
            word = match[1].split("_")[0]
            if re.match(r"    # (?!----)", above) or "  # " in line:
                group = word
            elif word != group:
                found.append(match[1])
        elif line.startswith("    # ----"):
            group = ""
        if not line.startswith("      "):
            above = line
    return found


def test_the_lint_sees_vars_without_a_comment():
    lines = """
    # ---- part ----
    bare: 1
    # Why.
    rules_days: 1
    rules_orders:
      - 1
    share: 1
    inline: 1  # why
    # ---- next ----
    inline_too: 1
    """.splitlines()
    assert uncommented(lines) == ["bare", "share", "inline_too"]


def test_every_var_says_what_it_is_for():
    text = (ROOT / "dbt_project.yml").read_text()
    assert uncommented(text[text.index("\nvars:") :].splitlines()) == []


@pytest.mark.parametrize("variable", VARIABLES)
def test_every_var_is_read(variable):
    reading = re.compile(rf"""\bvar\(\s*['"]{variable}['"]""")
    yaml_files = sorted((ROOT / "models").rglob("*.yml"))
    assert any(reading.search(path.read_text()) for path in SQL_FILES + PYTHON_MODELS + yaml_files)
