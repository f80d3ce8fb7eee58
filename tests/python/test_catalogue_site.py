"""What `make docs` writes: dbt's page with the story first, and a lineage that misses no column."""

import json
import shutil
from pathlib import Path

import pytest
from dbt_project_runner import ProjectRunner

from coterie.catalogue import FRONT_PAGE, STORY, Incomplete, main, with_story_first, write_lineage

pytest.importorskip("dbt_colibri", reason="dbt-colibri is not installed (extra lineage)")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def site(warehouse, tmp_path_factory) -> Path:
    """The target folder after dbt's own step, of a copy of the warehouse."""
    project = ProjectRunner(tmp_path_factory.mktemp("site"))
    shutil.copy(warehouse, project.warehouse)
    # Views as they stand in the sources: another run may have built the warehouse.
    project.dbt("run", "--select", "marts").expect_success()
    project.dbt("docs", "generate", "--static").expect_success()
    return project.target


@pytest.fixture(scope="module")
def finished(site, tmp_path_factory) -> Path:
    """The same after our step."""
    folder = tmp_path_factory.mktemp("finished") / "target"
    shutil.copytree(site, folder)
    assert main(folder) == 0
    return folder


def parents(folder: Path) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Columns that each column comes from, with their nodes, as the page draws them."""
    lineage = json.loads((folder / "column_lineage/colibri-manifest.json").read_text())
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for edge in lineage["lineage"]["edges"]:
        if edge.get("sourceColumn") and edge.get("targetColumn"):
            target = edge["target"], edge["targetColumn"]
            found.setdefault(target, set()).add((edge["source"], edge["sourceColumn"]))
    return found


def test_columns_are_followed_through_unions(finished):
    found = parents(finished)
    model = "model.coterie."
    expected = {
        ("customers", "revenue"): ("customers_store", "revenue"),
        ("customers_store", "revenue"): ("customer_features", "revenue_total"),
        ("segments", "as_of_date"): ("publications", "as_of_date"),
        # Below a union, which dbt-colibri alone loses with sqlglot 30.
        ("cohort_figures", "revenue"): ("purchase_days", "revenue"),
    }
    for (name, column), (parent, parent_column) in expected.items():
        assert (model + parent, parent_column) in found[model + name, column]


def test_a_model_that_cannot_be_read_is_named(site, tmp_path, capsys):
    folder = tmp_path / "target"
    shutil.copytree(site, folder)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["nodes"]["model.coterie.segments"]["compiled_code"] = "select from where"
    path.write_text(json.dumps(manifest))
    assert main(folder) == 1
    assert "segments" in capsys.readouterr().err


def test_dbts_page_opens_with_the_story():
    page = f'{{"docs": {{"a": {{{STORY}}}, "b": {{"name": "customer_id"}}}}}}'
    assert with_story_first(page) == page.replace(STORY, FRONT_PAGE)
    with pytest.raises(Incomplete, match="holds 0 blocks"):
        with_story_first("{}")


def test_without_dbts_page_it_says_what_to_run(tmp_path, capsys):
    assert main(tmp_path) == 1
    assert "run `dbt docs generate --static` first" in capsys.readouterr().err
    with pytest.raises(Incomplete, match=r"manifest\.json: run"):
        write_lineage(tmp_path)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("static_index.html", "The story, from left to right"),
        ("column_lineage/index.html", "python_models"),
    ],
)
def test_the_page_opens_without_the_network(finished, page, words):
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_context(offline=True).new_page()
        asked = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto((finished / page).as_uri())
        tab.wait_for_function(
            "words => document.body.innerText.includes(words)", arg=words, timeout=60_000
        )
        browser.close()
    # dbt's page looks for icons beside itself, before its script has their names; nothing leaves.
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
