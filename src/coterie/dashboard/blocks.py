"""What a page of the dashboard is made of: plain data, drawn by the template."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final, Literal

Kind = Literal["text", "integer", "number", "money", "share", "date"]

# What readers may choose; a table names those it is split by.
FILTERS: Final = ("country", "channel", "level", "period")
# The value of a filter that stands for no choice: the total.
ALL: Final = "all"


class _Hidden(Enum):
    HIDDEN = "hidden"

    def __repr__(self) -> str:
        return "HIDDEN"


# A figure of too few customers (see suppression.py). None is another thing: there is no figure.
HIDDEN: Final = _Hidden.HIDDEN


@dataclass(frozen=True)
class Column:
    """A column of a table; its heading is the word ``column.<key>``.

    Parameters
    ----------
    key
        Name in the table, and the field that a chart's spec names.
    kind
        How a value is written.
    labels
        For text: what its values are called in both languages is the word
        ``value.<labels>.<value>`` or, for ``segment``, the names of the segments. A chart finds the
        called name in the field ``<key>_label``.
    """

    key: str
    kind: Kind
    labels: str | None = None


@dataclass(frozen=True)
class Table:
    """Rows of a mart, aggregated and suppressed.

    A cell is a value, None (no figure), HIDDEN, or for text a mapping from language to text. The
    columns named in `filters` hold the value of that filter for the row, ALL in the total: readers
    see the rows that equal their choice.
    """

    name: str
    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]]
    filters: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table that the page could not show."""
        keys = [column.key for column in self.columns]
        unknown = set(self.filters) - set(FILTERS)
        absent = set(self.filters) - set(keys)
        if unknown or absent:
            raise ValueError(
                f"Table {self.name}: filters {sorted(unknown | absent)} are "
                f"not of {FILTERS} or have no column."
            )
        if any(len(row) != len(keys) for row in self.rows):
            raise ValueError(f"Table {self.name}: a row has not {len(keys)} cells.")


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite spec without data; the data are the rows of `table` that are shown.

    Title, alternative text and an optional note are the words ``chart.<key>.title``,
    ``chart.<key>.alt`` and ``chart.<key>.note``. The table itself stands folded below.
    """

    table: str
    spec: dict[str, Any]
    key: str
    # Two of them that follow each other may share a line on a wide screen.
    is_half: bool = False


@dataclass(frozen=True)
class Facts:
    """The figures of a table of one row (for each choice of filters), written large."""

    table: str
    key: str


@dataclass(frozen=True)
class Listing:
    """A table shown open, with the title ``table.<key>.title`` and the optional ``.note``."""

    table: str
    key: str


@dataclass(frozen=True)
class Cards:
    """A table shown as one card for each row; the column `title` heads the card."""

    table: str
    key: str
    title: str


@dataclass(frozen=True)
class Heading:
    """A heading inside a page: the word ``heading.<key>``."""

    key: str


@dataclass(frozen=True)
class Prose:
    """A sentence: the word `key`, with `values` in the place of its ``{names}``."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """A question (``<key>.question``) and its answer in a sentence, with a link to a page.

    Parameters
    ----------
    key
        Word of the question; `answer` is that of the answer, with `values` in its ``{names}``.
    headline
        Word of the answer in a few words, if it has one; takes `values` as well.
    tone
        Coloured as good, watch or plain; the words say the same.
    """

    key: str
    answer: str
    page: str
    values: Mapping[str, str] = field(default_factory=dict)
    tone: Literal["good", "watch", "plain"] = "plain"
    headline: str = ""


@dataclass(frozen=True)
class Missing:
    """A part whose mart is not there or holds no row; `command` gets it."""

    model: str
    command: str


Block = Chart | Facts | Listing | Cards | Heading | Prose | Answer | Missing


@dataclass(frozen=True)
class Page:
    """A page: its title is the word ``page.<key>``, its first sentence ``page.<key>.lead``."""

    key: str
    blocks: tuple[Block, ...]
