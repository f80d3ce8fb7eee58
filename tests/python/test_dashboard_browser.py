"""The dashboard in a real browser without a network: drawn, filtered, downloaded, accessible."""

import csv
import io
import itertools
import json
import os
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from coterie.dashboard.command import write_dashboard

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
)

pytestmark = pytest.mark.slow

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = (390, 1440)
LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def dashboard(warehouse, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    with duckdb.connect(str(warehouse), read_only=True) as opened:
        write_dashboard(opened, output)
    return output


@pytest.fixture(scope="module")
def data(dashboard) -> dict:
    text = dashboard.read_text("utf-8")
    held = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    return json.loads(held[1])


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    with sync_api.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory) -> Path:
    """Folder that keeps the screenshots."""
    folder = os.environ.get("COTERIE_ARTEFACTS")
    if not folder:
        return tmp_path_factory.mktemp("screenshots")
    Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder)


class Reader:
    """Somebody who opens the file: notes what the browser complains about or asks for."""

    def __init__(self, browser, dashboard: Path, **options):
        self.context = browser.new_context(offline=True, locale="en-GB", **options)
        self.page = self.context.new_page()
        self.address = dashboard.as_uri()
        self.complaints: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._request)

    def _console(self, message) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _request(self, request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"request to {request.url}")

    def open(self, page: str, **query: str) -> None:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        self.page.goto(f"{self.address}#{page}?{asked}")
        self.drawn()

    def drawn(self) -> None:
        self.page.wait_for_function("document.body.dataset.drawn === location.hash")

    def figure(self, name: str) -> str:
        return self.page.locator(f'[data-fact="{name}"]').inner_text()

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []


@pytest.fixture
def reader(browser, dashboard):
    opened = Reader(browser, dashboard, viewport={"width": 1440, "height": 900})
    yield opened
    opened.close()


@pytest.mark.parametrize("seen", list(itertools.product(LANGUAGES, WIDTHS)), ids=str)
def test_every_page_is_drawn_and_fits(browser, dashboard, data, artefacts, seen):
    language, width = seen
    reader = Reader(browser, dashboard, viewport={"width": width, "height": 900})
    for page in data["pages"][language]:
        reader.open(page["key"], lang=language)
        assert (
            reader.page.locator("h1").inner_text() == data["words"][language][f"page.{page['key']}"]
        )
        charts = reader.page.locator("figure.chart:has(.picture)")
        for at in range(charts.count()):
            assert charts.nth(at).locator("svg").count() == 1
        too_wide = "document.documentElement.scrollWidth - window.innerWidth"
        assert reader.page.evaluate(too_wide) <= 0, page["key"]
        name = f"{page['key']}_{width}_{language}.png"
        reader.page.screenshot(path=artefacts / name, full_page=True)
    reader.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious(browser, dashboard, data, theme, width):
    reader = Reader(browser, dashboard, viewport={"width": width, "height": 900})
    found = []
    for page in data["pages"]["en"]:
        reader.open(page["key"], lang="en", theme=theme)
        # What is folded is looked at too.
        reader.page.evaluate("document.querySelectorAll('details').forEach((d) => (d.open = true))")
        results = axe.Axe().run(reader.page)
        found += [
            (page["key"], finding["id"], finding["nodes"][0]["html"][:200])
            for finding in results.response["violations"]
            if finding["impact"] in {"serious", "critical"}
        ]
    reader.close()
    assert found == []


def test_a_filter_changes_the_figures_to_what_sql_says(reader, data, connection):
    country = data["filters"]["country"][1]
    reader.open("overview", lang="en")
    everybody = reader.figure("customers")
    reader.page.select_option("#filter-country", country)
    reader.drawn()
    assert f"country={country}" in reader.page.url
    (expected,) = connection.execute(
        "select count(*) from marts.customers where country = ?", [country]
    ).fetchone()
    assert reader.figure("customers") == f"{expected:,}" != everybody
    # The choice goes along to another page, comes back with the browser's button, and is reset.
    reader.page.locator('#pages a[href*="segments"]').first.click()
    reader.drawn()
    assert f"country={country}" in reader.page.url
    reader.page.go_back()
    reader.drawn()
    assert reader.figure("customers") == f"{expected:,}"
    reader.page.locator(".reset").click()
    reader.drawn()
    assert reader.figure("customers") == everybody


def test_a_link_opens_what_its_sender_saw(reader, data):
    country = data["filters"]["country"][1]
    reader.open("overview", lang="fr", theme="dark", country=country, period="6")
    assert reader.page.locator("#filter-country").input_value() == country
    assert reader.page.locator("html").get_attribute("lang") == "fr"
    assert reader.page.locator("html").get_attribute("data-theme") == "dark"
    trend = reader.page.locator('[data-chart="overview_trend_revenue"] tbody tr')
    assert trend.count() == 6


def test_an_address_that_makes_no_sense_shows_everything(reader, data):
    reader.open("nowhere", lang="xx", country="<script>", level="none")
    assert reader.page.locator("h1").inner_text() == data["words"]["en"]["page.overview"]
    assert reader.page.locator("#filter-country").input_value() == "all"


def test_a_part_that_is_not_split_by_a_filter_says_so(reader, data):
    country = data["filters"]["country"][1]
    reader.open("segments", lang="en", country=country)
    assert reader.page.locator('[data-chart="segment_growth"] .unfiltered').count() == 1


def test_the_download_is_the_table_that_is_shown(reader, data):
    country = data["filters"]["country"][1]
    reader.open("overview", lang="en", country=country)
    figure = reader.page.locator('[data-chart="overview_size"]')
    figure.locator("summary").first.click()
    with reader.page.expect_download() as waiting:
        figure.locator(".csv").click()
    assert waiting.value.suggested_filename == "overview_segments.csv"
    lines = list(csv.reader(io.StringIO(Path(waiting.value.path()).read_text("utf-8-sig"))))
    table = data["tables"]["overview_segments"]
    keys = [column["key"] for column in table["columns"]]
    rows = [row for row in table["rows"] if row[:3] == [country, "all", "segment"]]
    assert lines[0] == keys[3:]
    assert len(lines) - 1 == len(rows) == figure.locator("tbody tr").count() > 1
    names = {**data["segments"]["names"]["en"], "none": data["words"]["en"]["value.segment.none"]}
    hidden = 0
    for line, row in zip(lines[1:], rows, strict=True):
        assert line[0] == names[row[3]]
        for text, cell in zip(line[1:], row[4:], strict=True):
            if cell == {"hidden": True} or cell is None:
                hidden += 1
                assert text == ""
            else:
                assert float(text) == pytest.approx(cell)
    shown = figure.locator("td.hidden-figure").count()
    assert hidden >= shown


def test_the_keyboard_reaches_everything(reader):
    reader.open("overview", lang="en")
    page = reader.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate(
                "document.activeElement.id || document.activeElement.className"
                " || document.activeElement.tagName"
            )
        )
    assert {"filter-country", "SUMMARY"} <= reached
    # A choice made by keyboard keeps its place.
    page.focus("#filter-country")
    page.keyboard.press("ArrowDown")
    reader.drawn()
    assert page.evaluate("document.activeElement.id") == "filter-country"
    assert "country=" in page.url


def test_language_and_theme_are_switched_and_colours_follow(reader):
    reader.open("overview", lang="en", theme="light")
    page = reader.page
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator('[data-switch="dark"]').click()
    reader.drawn()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.locator('[data-switch="fr"]').click()
    reader.drawn()
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.evaluate("document.activeElement.dataset.switch") == "fr"


def test_the_system_says_whether_it_is_dark(browser, dashboard):
    reader = Reader(browser, dashboard, color_scheme="dark")
    reader.open("overview", lang="en")
    dark = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    reader.page.emulate_media(color_scheme="light")
    assert reader.page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    reader.close()


def test_the_print_has_no_controls(reader):
    reader.open("overview", lang="en", theme="dark")
    reader.page.emulate_media(media="print")
    assert not reader.page.locator("#pages").is_visible()
    assert not reader.page.locator(".filters").is_visible()
    assert reader.page.locator("h1").is_visible()
    white = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert white == "rgb(255, 255, 255)"
