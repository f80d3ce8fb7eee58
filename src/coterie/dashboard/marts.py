"""Reads the marts of the last publication for the dashboard."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeVar

import duckdb

from coterie.dashboard.blocks import ALL
from coterie.dashboard.words import LANGUAGES
from coterie.marts import find_layout
from coterie.warehouse import WarehouseError

# Publications from before the var `min_cell_size` do not say it: its default.
MIN_CELL_SIZE = 10

# Values of a filter that readers can choose; the customers of all others, and of none, are one,
# "other". Nobody searches a longer list, and each further value has fewer customers in its cells.
VALUES_MAX = 6
# Cells of the smallest size that a value must fill to be one: split by some ten segments, it still
# shows most of them.
CELLS_MIN = 10

# Marts of one row per customer and what the aggregates read of them: the columns, or all but some.
_JOINED = (
    ("customer_segments", "segment_id, macro_segment_id, micro_segment_id", ""),
    (
        "customer_scores",
        "churn_basis, churn_probability, purchase_probability, p_alive, expected_revenue_90d, "
        "expected_revenue_365d",
        "",
    ),
    (
        "customer_dimensions",
        "age_band, recency_class, frequency_class, value_class, favourite_channel, "
        "favourite_category, area_type, device, platform",
        "customer_id, as_of_date, country, region, lifecycle_stage",
    ),
)

UNKNOWN = "unknown"
OTHER = "other"
# What a column is called where it is null.
NONE = "none"


T = TypeVar("T")


class Marts:
    """The marts of one warehouse, with what all pages ask of them.

    Raises
    ------
    WarehouseError
        If the warehouse holds no build, or nothing has been published.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        # DuckDB 2.0.0 bounds a sum by one row where rows are those of the last publication (a join
        # with a subquery of one row), and narrows it when it sorts: 300 came back as 44.
        connection.execute("set disabled_optimizers = 'statistics_propagation'")
        self._made: dict[str, Any] = {}
        self._layout = find_layout(connection)
        if not self.rows(f"select 1 from {self.relation('publications', 'publication')} limit 1"):
            raise WarehouseError(
                "Nothing has been published yet: run `dbt build`, and `coterie summary` to see "
                "which gates did not pass."
            )

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Make something once for both languages and all pages."""
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def relation(self, model: str, schema: str = "marts") -> str:
        """Quoted name of a model's relation."""
        return self._layout.relation(schema, model)

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple]:
        """Rows of a query; write relations as ``{marts.relation('segments')}``, bind values."""
        return self.connection.execute(sql, parameters or None).fetchall()

    def records(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> list[dict[str, Any]]:
        """Rows of a query by column name."""
        result = self.connection.execute(sql, parameters or None)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    @cached_property
    def _columns(self) -> dict[tuple[str, str], list[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for schema, model, column in self.rows(
            "select table_schema, table_name, column_name from information_schema.columns "
            "order by table_schema, table_name, ordinal_position"
        ):
            found.setdefault((schema, model), []).append(column)
        return found

    def columns(self, model: str, schema: str = "marts") -> list[str]:
        """Columns of a model; none where its relation is not there."""
        return self._columns.get((self._layout.schema(schema), model), [])

    def has(self, model: str, schema: str = "marts") -> bool:
        """Whether a model's relation is there and holds a row."""
        return self.once(f"has {schema}.{model}", lambda: self._holds_rows(model, schema))

    def _holds_rows(self, model: str, schema: str) -> bool:
        return bool(self.columns(model, schema)) and bool(
            self.rows(f"select 1 from {self.relation(model, schema)} limit 1")
        )

    @cached_property
    def publication(self) -> dict[str, Any]:
        """The last publication."""
        return self.records(
            f"select * from {self.relation('publications', 'publication')} "
            "order by publication_id desc limit 1"
        )[0]

    @cached_property
    def previous_publication(self) -> dict[str, Any] | None:
        """The publication before the last one; None of the first."""
        found = self.records(
            f"select * from {self.relation('publications', 'publication')} "
            "order by publication_id desc limit 1 offset 1"
        )
        return found[0] if found else None

    @property
    def min_cell_size(self) -> int:
        """Fewest customers whose figures are shown, as the publication says (var)."""
        return int(self.publication.get("min_cell_size") or MIN_CELL_SIZE)

    @property
    def currency(self) -> str | None:
        """Currency of all money (ISO 4217); None where the publication does not say it."""
        return self.publication.get("reporting_currency")

    @cached_property
    def segments(self) -> list[dict[str, Any]]:
        """Segments of all levels: id, level, parent, size; macro-segments first."""
        return self.records(
            f"""
            select segment_id, level, parent_segment_id, segment_name, size
            from {self.relation("segments")}
            order by
                case level when 'macro' then 1 when 'segment' then 2 else 3 end,
                segment_id
            """
        )

    @cached_property
    def segment_names(self) -> dict[str, dict[str, str]]:
        """Names of the segments by language and id."""
        names = {
            language: {segment["segment_id"]: segment["segment_name"] for segment in self.segments}
            for language in LANGUAGES
        }
        if self.has("segment_personas"):
            personas = self.relation("segment_personas")
            for segment_id, language, name in self.rows(
                f"select segment_id, language, segment_name from {personas}"
            ):
                if language in names:
                    names[language][segment_id] = name
        return names

    @cached_property
    def feature_names(self) -> dict[str, dict[str, str]]:
        """What being high in a feature is called, by language and feature, where it has a name."""
        names: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        if self.has("segment_phrases", "reference"):
            for feature, language, phrase in self.rows(
                f"""
                select feature, language, phrase
                from {self.relation("segment_phrases", "reference")}
                where direction = 'high'
                """
            ):
                if language in names:
                    names[language][feature] = phrase
        return names

    @cached_property
    def levels(self) -> list[str]:
        """Levels of segments that are there, the segments themselves first."""
        present = {segment["level"] for segment in self.segments}
        return [level for level in ("segment", "macro", "micro") if level in present]

    @cached_property
    def countries(self) -> list[str]:
        """Countries that can be chosen, those with the most customers first."""
        return self._top("country", self.relation("customers"))

    @cached_property
    def channels(self) -> list[str]:
        """Favourite channels that can be chosen, those with the most customers first."""
        if not self.has("customer_dimensions"):
            return []
        return self._top("favourite_channel", self.relation("customer_dimensions"))

    def _top(self, column: str, relation: str) -> list[str]:
        counted = self.rows(
            f"""
            select {column}, count(*) from {relation}
            where {column} is not null and {column} <> '{UNKNOWN}'
            group by 1 having count(*) >= $minimum order by 2 desc, 1 limit {VALUES_MAX}
            """,
            {"minimum": CELLS_MIN * self.min_cell_size},
        )
        return [value for value, _ in counted]

    @cached_property
    def customers(self) -> str:
        """Name of a table of one row per customer, without a key: what all aggregates are made of.

        Country and channel are as the filters name them; what a missing mart would say is null.
        """
        joins, columns = [], ["customers.* exclude (customer_id, country)"]
        channel = f"'{OTHER}'"
        for model, chosen, absent in _JOINED:
            if self.columns(model):
                joins.append(f"left join {self.relation(model)} as {model} using (customer_id)")
                columns.append(f"{model}.* exclude ({absent})" if absent else chosen)
            else:
                columns += [f"null as {name.strip()}" for name in chosen.split(",")]
        if self.channels:
            channel = _choice("favourite_channel", self.channels)
        self.connection.execute(
            f"""
            create or replace temp table dashboard_customers as
            select
                {_choice("customers.country", self.countries)} as country,
                {channel} as channel,
                {", ".join(columns)}
            from {self.relation("customers")} as customers
            {" ".join(joins)}
            """
        )
        return "dashboard_customers"

    @cached_property
    def choices(self) -> dict[tuple[str, str], int]:
        """Customers by choice of country and channel, ALL in totals."""
        return {
            (country, channel): customers
            for country, channel, customers in self.rows(
                f"""
                select coalesce(country, '{ALL}'), coalesce(channel, '{ALL}'), count(*)
                from {self.customers}
                group by cube (country, channel)
                order by 1, 2
                """
            )
        }

    @property
    def hidden_choices(self) -> set[tuple[str, str]]:
        """Choices of country and channel that no table shows."""
        # Cubes are made of marts.
        from coterie.dashboard.cubes import hidden_choices  # noqa: PLC0415

        return hidden_choices(self)


def _choice(expression: str, values: Sequence[str]) -> str:
    if not values:
        return f"'{OTHER}'"
    texts = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
    return f"case when {expression} in ({texts}) then {expression} else '{OTHER}' end"
