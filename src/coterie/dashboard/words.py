"""Every visible string of the dashboard, in both languages."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Literal

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")

# French puts a thin space before these and between thousands; a line must not break there.
_THIN = "\N{NARROW NO-BREAK SPACE}"


_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


class WordsError(Exception):
    """A string is missing, empty or there twice; the message names it."""


@dataclass(frozen=True)
class Words:
    """The strings of one language, by key."""

    language: Language
    texts: dict[str, str]

    def __call__(self, key: str, **values: str) -> str:
        """Text of a key, with values in the place of its ``{names}``.

        Raises
        ------
        WordsError
            If there is no such key, or a value for it is missing.
        """
        try:
            return self.texts[key].format_map(values) if values else self.texts[key]
        except KeyError as error:
            raise WordsError(
                f"The dashboard has no word {key!r} (or no value for {error}): "
                "add it to src/coterie/dashboard/wording/."
            ) from error

    def __contains__(self, key: str) -> bool:
        """Whether there is a text of that key."""
        return key in self.texts

    def integer(self, value: float) -> str:
        """Write a whole number with thousands kept apart as the language does."""
        text = f"{round(value):,}"
        return text if self.language == "en" else text.replace(",", _THIN)

    def share(self, value: float, *, digits: int = 0, signed: bool = False) -> str:
        """Write a share as a percentage."""
        text = f"{100 * value:{'+' if signed else ''}.{digits}f}"
        if self.language == "en":
            return f"{text}%"
        return text.replace(".", ",") + f"{_THIN}%"

    def money(self, value: float, currency: str | None) -> str:
        """Write an amount in whole units of a currency, with its sign where it has a common one."""
        text = self.integer(value)
        if not currency:
            return text
        sign = _SIGNS.get(currency, currency)
        if self.language == "fr":
            return f"{text}{_THIN}{sign}"
        return f"{sign}{text}" if sign in _SIGNS.values() else f"{sign} {text}"

    def day(self, value: date) -> str:
        """Write a day."""
        return f"{value.day} {self(f'month.{value.month}')} {value.year}"

    def number(self, value: float, digits: int = 2) -> str:
        """Write a number with a fixed number of decimals."""
        text = f"{value:,.{digits}f}"
        if self.language == "en":
            return text
        return text.replace(",", _THIN).replace(".", ",")


def read_words(language: Language) -> Words:
    """Read the strings of a language from ``wording/*.csv`` (key, en, fr).

    Raises
    ------
    WordsError
        If a key stands twice or lacks a text.
    """
    texts: dict[str, str] = {}
    folder = files("coterie.dashboard") / "wording"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".csv"):
            _add(texts, csv.DictReader(file.read_text("utf-8").splitlines()), language, file.name)
    return Words(language, texts)


def _add(
    texts: dict[str, str], rows: Iterable[dict[str, str]], language: Language, name: str
) -> None:
    for row in rows:
        key, text = row["key"], row[language]
        if not text:
            raise WordsError(f"{name}: the word {key!r} has no text in {language}.")
        if key in texts:
            raise WordsError(f"{name}: the word {key!r} is there twice.")
        texts[key] = text
