"""The dashboard: small cells stay hidden, words are whole, the file holds aggregates only."""

import ast
import csv
import io
import json
import re
from importlib.resources import files
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from coterie.cli import app
from coterie.dashboard import words as words_module
from coterie.dashboard.activity import Growth
from coterie.dashboard.blocks import ALL, HIDDEN, Column, Table
from coterie.dashboard.marts import OTHER, Marts
from coterie.dashboard.page import build_page, fill_template
from coterie.dashboard.pages.movement import few_apart
from coterie.dashboard.suppression import hidden_cells, lines, suppress
from coterie.dashboard.words import LANGUAGES, WordsError, read_words

SOURCE = Path(words_module.__file__).parent
MINIMUM = 10

# Columns that count customers, in any table: no figure of 1 to 9 may stand there.
COUNTS = {
    "customers",
    "active_customers",
    "buyers",
    "new_buyers",
    "buyers_quarter",
    "buyers_quarter_before",
    "new_quarter",
    "new_quarter_before",
    "customers_from",
    "customers_to",
    "overlap",
}
# Numbers that say which row it is, and nothing of its customers.
WHICH = {"decile", "months_since", "probability_from", "probability_to"}


# ---- suppression -------------------------------------------------------------


def totals(cells: dict[tuple[str, ...], int]) -> dict[tuple[str, ...], int]:
    """Cube of the cells: with ALL in every subset of the dimensions."""
    cube: dict[tuple[str, ...], int] = {}
    for key, count in cells.items():
        for mask in range(2 ** len(key)):
            general = tuple(ALL if mask >> at & 1 else part for at, part in enumerate(key))
            cube[general] = cube.get(general, 0) + count
    return {key: count for key, count in cube.items() if count}


def is_worked_out(cube: dict, hidden: set) -> set:
    """Hidden cells that everybody can compute from those shown: the auditor's own algebra."""
    unknown = sorted(hidden)
    rows = []
    for total, parts in lines(list(cube), len(unknown[0])) if unknown else []:
        row = np.zeros(len(unknown))
        for key, sign in [(total, -1.0), *((part, 1.0) for part in parts)]:
            if key in hidden:
                row[unknown.index(key)] += sign
        rows.append(row)
    if not rows:
        return set()
    matrix = np.array(rows)
    rank = np.linalg.matrix_rank(matrix)
    return {
        key
        for at, key in enumerate(unknown)
        if np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(unknown))[at]])) == rank
    }


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.sampled_from("uvw"), st.sampled_from("xyz")),
        st.integers(0, 40),
        min_size=1,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_hidden_cell_can_be_worked_out(cells):
    cube = totals(cells)
    sums = lines(list(cube), 3)
    hidden = hidden_cells(cube, sums, minimum=MINIMUM)
    assert {key for key, count in cube.items() if count < MINIMUM} <= hidden
    assert not is_worked_out(cube, hidden)
    for total, parts in sums:
        together = [cube[part] for part in parts if part in hidden]
        if together and total not in hidden:
            assert sum(together) >= MINIMUM


def test_a_cell_alone_in_its_sum_takes_another_with_it():
    rows = [("all", 60), ("a", 4), ("b", 20), ("c", 36)]
    shown = suppress(rows, count=1, dimensions=[0], minimum=MINIMUM)
    assert shown == [("all", 60), ("a", HIDDEN), ("b", HIDDEN), ("c", 36)]


def test_hidden_cells_that_are_few_together_take_another_with_them():
    rows = [("all", 60), ("a", 4), ("b", 5), ("c", 11), ("d", 40)]
    shown = suppress(rows, count=1, dimensions=[0], minimum=MINIMUM)
    assert [row[0] for row in shown if row[1] is HIDDEN] == ["a", "b", "c"]


def test_figures_are_hidden_with_their_count_and_zero_is_shown():
    rows = [("a", 4, 1.5, "text"), ("b", 0, None, "text"), ("c", 12, 2.5, "text")]
    shown = suppress(rows, count=1, figures=[2], minimum=MINIMUM)
    assert shown == [("a", HIDDEN, HIDDEN, "text"), ("b", 0, None, "text"), rows[2]]


def test_what_another_table_hides_is_hidden_and_what_it_shows_is_kept():
    cube = {(ALL,): 60, ("a",): 12, ("b",): 18, ("c",): 30}
    sums = lines(list(cube), 1)
    assert hidden_cells(cube, sums, minimum=MINIMUM, forced=[("b",)]) == {("a",), ("b",)}
    kept = hidden_cells(cube, sums, minimum=MINIMUM, forced=[("b",)], kept=[("a",)])
    assert kept == {("b",), ("c",)}


def test_months_share_no_totals():
    rows = [("May", "all", 30), ("May", "a", 25), ("May", "b", 5), ("June", "a", 25)]
    shown = suppress(rows, count=2, by=[0], dimensions=[1], minimum=MINIMUM)
    assert [row[2] for row in shown] == [30, HIDDEN, HIDDEN, 25]


# ---- words -------------------------------------------------------------------


def wording() -> list[dict[str, str]]:
    return [
        row
        for file in sorted((SOURCE / "wording").glob("*.csv"))
        for row in csv.DictReader(io.StringIO(file.read_text("utf-8")))
    ]


def test_each_word_stands_once_and_names_the_same_values_in_both_languages():
    keys = [row["key"] for row in wording()]
    assert sorted(set(keys)) == sorted(keys)
    for row in wording():
        names = [set(re.findall(r"\{(\w+)\}", row[language])) for language in LANGUAGES]
        assert names[0] == names[1], row["key"]


def test_no_word_is_left_over():
    """The key of every word, or what a block or a column makes a key of, stands in the code."""
    texts, patterns = set(), []
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(part.value) if isinstance(part, ast.Constant) else r"[\w ]+"
                    for part in node.values
                ]
                patterns.append(re.compile("".join(parts)))
    script = (SOURCE / "template" / "app.js").read_text("utf-8")
    texts |= set(re.findall(r'"([\w.]+)"', script))
    patterns += [
        re.compile(re.sub(r"\\\$\\\{.*?\\\}", r"[\\w. +-]+", re.escape(text)))
        for text in re.findall(r"`([\w.]+\.\$\{[^`]+)`", script)
    ]

    def is_used(key: str) -> bool:
        if key in texts or any(pattern.fullmatch(key) for pattern in patterns[:]):
            family, _, rest = key.partition(".")
            if family not in {"column", "heading", "page"}:
                return True
            return is_named(rest.removesuffix(".lead"))
        return False

    def is_named(name: str) -> bool:
        short = [p for p in patterns if p.pattern not in {r"[\w ]+", r"[\w. +-]+"}]
        return name in texts or any(pattern.fullmatch(name) for pattern in short)

    assert [row["key"] for row in wording() if not is_used(row["key"])] == []


def test_a_word_that_is_missing_is_an_error():
    with pytest.raises(WordsError, match=r"no\.such"):
        read_words("en")("no.such")
    with pytest.raises(WordsError, match="date"):
        read_words("fr")("overview.change", difference="3")


def test_numbers_are_written_as_the_language_does():
    english, french = read_words("en"), read_words("fr")
    assert english.integer(12345.6) == "12,346"
    assert french.integer(12345.6) == "12\u202f346"
    assert english.share(0.125, digits=1) == "12.5%"
    assert french.share(0.125, digits=1, signed=True) == "+12,5\u202f%"
    assert english.money(1234, "EUR") == "€1,234"
    assert french.money(1234, "EUR") == "1\u202f234\u202f€"
    assert english.money(1234, "SEK") == "SEK 1,234"
    assert english.money(1234, None) == "1,234"


# ---- pieces ------------------------------------------------------------------


def test_a_table_refuses_what_the_page_cannot_show():
    column = Column("customers", "integer")
    with pytest.raises(ValueError, match="country"):
        Table("sizes", (column,), [], ("country",))
    with pytest.raises(ValueError, match="cells"):
        Table("sizes", (column,), [(1, 2)])


@pytest.mark.parametrize(
    ("now", "driver"),
    [
        ((100, 20, 2000), "spend"),
        ((150, 70, 1500), "new"),
        ((150, 20, 1500), "returning"),
    ],
)
def test_growth_is_put_down_to_what_moved_most(now, driver):
    buyers, new, revenue = now
    growth = Growth("s01", buyers, 100, new, 20, revenue, 1000)
    assert growth.driver == driver
    assert growth.change == pytest.approx(revenue / 1000 - 1)


def test_data_cannot_end_the_script_that_holds_them():
    nasty = "</script><script>alert(1)</script><!--"
    page = fill_template({"name": nasty, "separator": "\u2028"}, "let bundle = '</script>';")
    held = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert json.loads(held[1]) == {"name": nasty, "separator": "\u2028"}
    assert page.count("</script>") == page.count("<script") == 3


def test_template_and_words_are_installed_with_the_package():
    root = files("coterie.dashboard")
    assert {"app.js", "index.html", "style.css"} == {f.name for f in (root / "template").iterdir()}
    packaged = Path("pyproject.toml").read_text("utf-8")
    assert "dashboard/template/*" in packaged
    assert "dashboard/wording/*.csv" in packaged


def test_without_a_warehouse_the_command_says_what_to_do(tmp_path):
    output = tmp_path / "dashboard.html"
    result = CliRunner().invoke(
        app, ["dashboard", "--warehouse", str(tmp_path / "none.duckdb"), "--output", str(output)]
    )
    assert result.exit_code == 2
    assert "make build" in result.stderr
    assert not output.exists()


# ---- the file of the demo ----------------------------------------------------


@pytest.fixture(scope="module")
def page(warehouse, tmp_path_factory) -> str:
    output = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    result = CliRunner().invoke(
        app, ["dashboard", "--warehouse", str(warehouse), "--output", str(output)]
    )
    assert result.exit_code == 0, result.output
    assert [path.name for path in output.parent.iterdir()] == [output.name]
    return output.read_text("utf-8")


def data_of(page: str) -> dict:
    held = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    return json.loads(held[1])


@pytest.fixture(scope="module")
def data(page) -> dict:
    return data_of(page)


def is_hidden(cell) -> bool:
    return cell == {"hidden": True}


def test_no_customer_is_in_the_file(page, connection):
    customers = connection.execute("select customer_id from marts.customers").fetchall()
    assert len(customers) > 500
    held = set(re.findall(r"\b[0-9a-f]{32}\b", page))
    assert not held & {customer for (customer,) in customers}
    assert not held
    assert '"customer_id"' not in page
    assert not re.findall(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", json.dumps(data_of(page)))


def test_no_figure_of_a_small_cell_is_in_the_file(data):
    seen = 0
    for name, table in data["tables"].items():
        for at, column in enumerate(table["columns"]):
            if column["key"] in COUNTS:
                figures = [row[at] for row in table["rows"]]
                seen += len(figures)
                small = [f for f in figures if isinstance(f, int | float) and 0 < f < MINIMUM]
                assert not small, f"{name}.{column['key']}"
    assert seen > 100


def test_a_row_with_a_hidden_count_shows_no_other_figure_of_it(data):
    for name, table in data["tables"].items():
        keys = [column["key"] for column in table["columns"]]
        if "customers" not in keys:
            continue
        for row in table["rows"]:
            if is_hidden(row[keys.index("customers")]):
                rest = [
                    cell
                    for cell, column in zip(row, table["columns"], strict=True)
                    if column["kind"] in {"integer", "money", "share"}
                    and column["key"] not in WHICH
                ]
                assert all(is_hidden(cell) for cell in rest), (name, row)


def test_nothing_is_loaded_from_a_network(page):
    head, _, rest = page.partition('<script type="application/json" id="data">')
    template = head + rest.partition("</script>")[2].partition("<script>")[2][:40_000]
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page)
    assert not re.search(r"url\(\s*[\"']?(https?:)?//|@import", template)
    assert "default-src 'none'" in head


def test_every_part_has_its_words(data):
    for language in LANGUAGES:
        words = data["words"][language]
        needed = set()
        for page in data["pages"][language]:
            needed |= {f"page.{page['key']}", f"page.{page['key']}.lead"}
            for block in page["blocks"]:
                needed |= words_of(block)
        for table in data["tables"].values():
            needed |= {f"column.{column['key']}" for column in table["columns"]}
        assert needed - set(words) == set()


def words_of(block: dict) -> set[str]:
    key = block.get("key")
    return {
        "Chart": {f"chart.{key}.title", f"chart.{key}.alt"},
        "Facts": {f"facts.{key}.title"},
        "Listing": {f"table.{key}.title"},
        "Cards": {f"table.{key}.title"},
        "Heading": {f"heading.{key}"},
        "Prose": {key},
        "Answer": {key, block.get("answer")}
        | ({block["headline"]} if block.get("headline") else set()),
        "Missing": set(),
    }[block["block"]]


def test_values_with_labels_have_a_name_in_both_languages(data):
    named = {"segment", "country"}
    for name, table in data["tables"].items():
        for at, column in enumerate(table["columns"]):
            labels = column["labels"]
            if labels is None or labels in named:
                continue
            values = {row[at] for row in table["rows"]} - {None}
            missing = {v for v in values if f"value.{labels}.{v}" not in data["words"]["en"]}
            # Ages are written alike in both.
            assert not {v for v in missing if not v[0].isdigit()}, name


def test_both_languages_draw_the_same_tables(data):
    english, french = (data["pages"][language] for language in LANGUAGES)
    assert [page["key"] for page in english] == [page["key"] for page in french]
    for ours, theirs in zip(english, french, strict=True):
        shape = [(block["block"], block.get("table"), block.get("key")) for block in ours["blocks"]]
        assert shape == [(b["block"], b.get("table"), b.get("key")) for b in theirs["blocks"]]


def test_choices_say_what_sql_says(data, connection):
    table = data["tables"]["overview_facts"]
    shown = {(row[0], row[1]): row[2:] for row in table["rows"]}
    assert len(data["filters"]["country"]) > 2
    for country in data["filters"]["country"]:
        named = [value for value in data["filters"]["country"] if value not in {ALL, OTHER}]
        where = {ALL: "true", OTHER: "(country is null or not country in $named)"}.get(
            country, "country = $country"
        )
        parameters = {"named": named} if country == OTHER else {}
        if "$country" in where:
            parameters = {"country": country}
        expected = connection.execute(
            f"""
            select count(*), count(*) filter (churn_basis <> 'left already'), sum(revenue),
                sum(expected_revenue_365d), sum(churn_probability * expected_revenue_365d)
            from marts.customers inner join marts.customer_scores using (customer_id)
            where {where}
            """,
            parameters,
        ).fetchone()
        assert shown[country, ALL] == pytest.approx(list(map(float, expected)), rel=1e-5)


def test_sizes_and_shares_are_those_of_the_mart(data, connection):
    table = data["tables"]["overview_segments"]
    keys = [column["key"] for column in table["columns"]]
    rows = [dict(zip(keys, row, strict=True)) for row in table["rows"]]
    expected = connection.execute(
        "select level, segment_id, size, share from marts.segments"
    ).fetchall()
    for level, segment, size, share in expected:
        (row,) = [
            r
            for r in rows
            if (r["country"], r["channel"], r["level"], r["segment"]) == (ALL, ALL, level, segment)
        ]
        if not is_hidden(row["customers"]):
            assert (row["customers"], row["share"]) == (size, pytest.approx(share, rel=1e-5))


def test_the_trend_adds_up_to_the_cohorts(data, connection):
    table = data["tables"]["overview_trend"]
    shown = {row[2]: row for row in table["rows"] if row[:2] == [ALL, ALL]}
    expected = connection.execute(
        """
        select strftime(cast(cohort_month + to_months(period) as date), '%Y-%m-%d'),
            sum(active), sum(revenue)
        from marts.cohort_retention
        where breakdown = 'all' and period_unit = 'month' and is_mature
        group by 1
        """
    ).fetchall()
    assert len(shown) == len(expected) > 12
    for month, active, revenue in expected:
        if active >= MINIMUM:
            assert shown[month][3] == active
            assert shown[month][5] == pytest.approx(float(revenue), rel=1e-5)
    last = sorted(shown)[-3:]
    assert [row[2] for row in table["rows"] if row[:2] == [ALL, "3"]] == last


def test_the_same_cells_are_hidden_wherever_they_stand(data):
    cells = {
        (row[0], row[2], row[3]): is_hidden(row[4])
        for row in data["tables"]["overview_segments"]["rows"]
        if row[1] == ALL
    }
    mix = data["tables"]["segment_mix_country"]["rows"]
    assert mix
    for level, segment, country, customers, _ in mix:
        assert is_hidden(customers) == cells[country, level, segment]


# ---- what is missing ---------------------------------------------------------


@pytest.fixture(params=["empty", "absent"])
def bare(request, warehouse):
    """A warehouse under another prefix, whose marts but three are empty or not there at all."""
    with duckdb.connect() as bare:
        bare.execute(f"attach '{warehouse}' as built (read_only)")
        for schema in ("marts", "publication"):
            bare.execute(f"create schema acme_{schema}")
            names = bare.execute(
                "select table_name from information_schema.tables "
                "where table_catalog = 'built' and table_schema = ?",
                [schema],
            ).fetchall()
            for (name,) in names:
                is_kept = name in {"publications", "customers", "segments"}
                if is_kept or request.param == "empty":
                    limit = "" if is_kept else "limit 0"
                    bare.execute(
                        f"create table acme_{schema}.{name} as "
                        f"select * from built.{schema}.{name} {limit}"
                    )
        bare.execute("detach built")
        yield bare


def test_a_page_whose_marts_are_missing_says_so(bare):
    data = data_of(build_page(Marts(bare)))
    for page in data["pages"]["en"]:
        assert page["blocks"], page["key"]
    missing = {
        block["model"]
        for page in data["pages"]["fr"]
        for block in page["blocks"]
        if block["block"] == "Missing"
    }
    assert {"cohort_retention", "segment_profiles", "segment_map"} <= missing


@pytest.mark.parametrize("bare", ["empty"], indirect=True)
def test_moves_show_from_the_second_publication_on(bare):
    (last,) = bare.execute(
        "select max(publication_id) from acme_publication.publications"
    ).fetchone()
    bare.execute(
        "insert into acme_publication.publications by name "
        "select * replace (publication_id + 1 as publication_id, customers + 25 as customers) "
        "from acme_publication.publications"
    )
    moves = [
        ("s01", "s01", "behaviour", 80),
        ("s01", "s02", "behaviour", 4),
        ("s01", "s03", "behaviour", 16),
        ("s02", "s01", "behaviour", 30),
        ("s02", "s02", "behaviour", 70),
        ("s02", "s03", "behaviour", 40),
        ("s03", "s01", "behaviour", 11),
        ("s03", "s02", "behaviour", 20),
        ("s03", "s03", "behaviour", 60),
        ("s01", "s02", "model", 50),
    ]
    bare.executemany(
        "insert into acme_marts.segment_flows by name select $2 as from_segment_id, "
        "$3 as to_segment_id, $4 as moved_by, $5 as customers, $1 as publication_id, "
        "date '2026-05-31' as from_date, date '2026-06-30' as to_date",
        [(last + 1, *move) for move in moves],
    )
    data = data_of(build_page(Marts(bare)))
    shown = {tuple(row[:3]): row[3] for row in data["tables"]["segment_flows"]["rows"]}
    assert len(shown) == len(moves)
    assert is_hidden(shown["behaviour", "s01", "s02"])
    # One more of its row and of its column, and what ties the two together.
    hidden = {key for key, count in shown.items() if is_hidden(count)}
    assert len([key for key in hidden if key[1] == "s01"]) >= 2
    assert len([key for key in hidden if key[2] == "s02"]) >= 2
    assert shown["model", "s01", "s02"] == 50
    turnover = {tuple(row[:2]): row[2] for row in data["tables"]["segment_turnover"]["rows"]}
    assert is_hidden(turnover["s01", "exits"])
    blocks = next(page for page in data["pages"]["en"] if page["key"] == "overview")["blocks"]
    (change,) = [block for block in blocks if block.get("key") == "overview.change"]
    assert change["values"]["difference"] == "+25"


def test_a_lineage_that_leaves_few_over_is_hidden():
    rows = [
        ("day", "s01", "s01", "split", 100, 60, 60, 0.6, 1.0),
        ("day", "s01", "s04", "split", 100, 37, 37, 0.37, 1.0),
        ("day", "s02", "s02", "kept", 80, 90, 60, 0.75, 0.67),
        ("day", "s03", "s03", "kept", 80, 79, 75, 0.94, 0.95),
        ("day", None, "s05", "born", None, 50, None, None, None),
    ]
    assert few_apart(rows, MINIMUM) == [True, True, False, True, False]


@pytest.mark.parametrize("bare", ["empty"], indirect=True)
def test_the_drawn_map_shows_areas_and_no_customer(bare):
    bare.execute(
        "insert into acme_marts.segment_map by name select customer_id, 's01' as segment_id, "
        "case when row_number() over (order by customer_id) <= 3 then 9.0 else 0.5 end as tsne_x, "
        "0.5 as tsne_y from acme_marts.customers limit 300"
    )

    def counts() -> list[int]:
        table = data_of(build_page(Marts(bare)))["tables"]["map_tsne"]
        return [row[3] for row in table["rows"]]

    # Three are apart from the rest, whose number would tell them.
    assert counts() == []
    bare.execute("update acme_marts.segment_map set tsne_x = 0.5")
    assert counts() == [300]


def test_a_folder_of_marts_will_do(warehouse, tmp_path):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema = 'marts' or table_name in ('publications', 'publication_checks')"
        ).fetchall()
        for schema, name in names:
            folder = tmp_path / "marts" / name
            folder.mkdir(parents=True)
            connection.execute(
                f"copy (select * from {schema}.{name}) to '{folder}/0.parquet' (format parquet)"
            )
    output = tmp_path / "dashboard.html"
    result = CliRunner().invoke(
        app, ["dashboard", "--files", str(tmp_path / "marts"), "--output", str(output)]
    )
    assert result.exit_code == 0, result.output
    tables = data_of(output.read_text("utf-8"))["tables"]
    assert tables["overview_segments"]["rows"]


def test_nothing_published_is_an_error_that_says_what_to_do(warehouse):
    with duckdb.connect() as bare:
        bare.execute(f"attach '{warehouse}' as built (read_only)")
        bare.execute("create schema publication")
        bare.execute(
            "create table publication.publications as "
            "select * from built.publication.publications limit 0"
        )
        with pytest.raises(Exception, match="coterie summary"):
            Marts(bare)


def test_the_publication_says_how_few_are_too_few(bare):
    bare.execute("alter table acme_publication.publications drop column min_cell_size")
    bare.execute("alter table acme_publication.publications add column min_cell_size int")
    assert Marts(bare).min_cell_size == 10
    bare.execute("update acme_publication.publications set min_cell_size = 400")
    marts = Marts(bare)
    assert marts.min_cell_size == 400
    counted = [
        row[4]
        for row in data_of(build_page(marts))["tables"]["overview_segments"]["rows"]
        if not is_hidden(row[4])
    ]
    assert min(counted) >= 400
