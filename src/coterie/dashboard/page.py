"""Assembles the one HTML file: data, words, specs, the template and the Vega bundle."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any

import vl_convert
from threadpoolctl import threadpool_limits

from coterie import __version__
from coterie.dashboard.blocks import ALL, HIDDEN, Block, Page, Table
from coterie.dashboard.charts import segment_colours, themes
from coterie.dashboard.marts import OTHER, Marts
from coterie.dashboard.pages import page_modules
from coterie.dashboard.words import LANGUAGES, read_words

# What stands in the data for a hidden figure: an object, so that no value looks like it.
_HIDDEN = {"hidden": True}


class PageError(Exception):
    """Two tables share a name, or a block names a table that is not there."""


def build_page(marts: Marts) -> str:
    """Build the HTML file of the dashboard."""
    # The matrices are small: more threads only wait for each other.
    with ThreadPoolExecutor(1) as aside, threadpool_limits(1):
        # The bundle takes a second of its own.
        bundle = aside.submit(vl_convert.javascript_bundle)
        return fill_template(_data(marts), bundle.result())


def _data(marts: Marts) -> dict[str, Any]:
    pages: dict[str, list[dict[str, Any]]] = {}
    tables: dict[str, Table] = {}
    modules = page_modules()
    for language in LANGUAGES:
        words = read_words(language)
        built = [module.build(marts, words) for module in modules]
        pages[language] = [_page(page) for page, _ in built]
        if not tables:
            tables = _by_name([table for _, own in built for table in own])
    _check(pages, tables)
    return {
        "about": _about(marts),
        "filters": {
            "country": _with_all(marts, "country", marts.countries),
            "channel": _with_all(marts, "channel", marts.channels),
            "level": marts.levels,
            "period": [ALL, "12", "6", "3"],
        },
        "segments": {
            "names": marts.segment_names,
            "colours": segment_colours(marts),
        },
        "words": {language: read_words(language).texts for language in LANGUAGES},
        "themes": themes(),
        "tables": {name: _table(table) for name, table in tables.items()},
        "pages": pages,
    }


def _about(marts: Marts) -> dict[str, Any]:
    publication = marts.publication
    return {
        "publication_id": publication["publication_id"],
        "as_of_date": publication["as_of_date"],
        "published_at": publication.get("published_at"),
        "min_cell_size": marts.min_cell_size,
        "currency": marts.currency,
        "version": __version__,
    }


def _with_all(marts: Marts, name: str, values: list[str]) -> list[str]:
    """Choices of a filter: all, those with a name, then the rest where there is one."""
    place = ("country", "channel").index(name)
    rest = OTHER in {choice[place] for choice in marts.choices}
    return [ALL, *values, *([OTHER] if rest else [])]


def _by_name(tables: list[Table]) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for table in tables:
        if found.setdefault(table.name, table) is not table:
            raise PageError(f"Two tables of the dashboard are called {table.name}.")
    return found


def _check(pages: dict[str, list[dict[str, Any]]], tables: dict[str, Table]) -> None:
    for page in pages[LANGUAGES[0]]:
        for block in page["blocks"]:
            if block.get("table") and block["table"] not in tables:
                raise PageError(
                    f"Page {page['key']}: there is no table {block['table']} for {block['key']}."
                )


def _page(page: Page) -> dict[str, Any]:
    return {"key": page.key, "blocks": [_block(block) for block in page.blocks]}


def _block(block: Block) -> dict[str, Any]:
    return {"block": type(block).__name__, **asdict(block)}


def _table(table: Table) -> dict[str, Any]:
    return {
        "columns": [asdict(column) for column in table.columns],
        "filters": table.filters,
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
    }


# Digits that a figure keeps: more than any page writes.
_DIGITS = 6


def _cell(cell: Any) -> Any:
    if cell is HIDDEN:
        return _HIDDEN
    if isinstance(cell, Decimal):
        cell = float(cell)
    if isinstance(cell, float):
        return float(f"{cell:.{_DIGITS}g}") if abs(cell) < 10**_DIGITS else round(cell)
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return cell


def fill_template(data: dict[str, Any], bundle: str) -> str:
    """Put the data, the style and the scripts into the template."""
    template = files("coterie.dashboard") / "template"
    parts = {
        "style": (template / "style.css").read_text("utf-8"),
        "data": _script_safe(
            json.dumps(data, default=str, ensure_ascii=False, separators=(",", ":"))
        ),
        "vega": bundle.replace("</script", "<\\/script"),
        "app": (template / "app.js").read_text("utf-8"),
    }
    page = (template / "index.html").read_text("utf-8")
    # In one pass, and nothing that is filled in is looked at again.
    pieces = page.split("%%")
    return "".join(parts[piece] if at % 2 else piece for at, piece in enumerate(pieces))


def _script_safe(text: str) -> str:
    """JSON that cannot end the script element that holds it, nor begin another."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
