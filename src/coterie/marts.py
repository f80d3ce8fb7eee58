"""What Coterie publishes: the marts with their keys, and where a warehouse holds them."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from coterie.warehouse import WarehouseError, quoted

#: Key of every mart: the columns of its test `unique_combination`, which a test compares with this.
GRAINS: dict[str, tuple[str, ...]] = {
    "calendar_days": ("calendar_date",),
    "cohort_retention": (
        "breakdown",
        "breakdown_value",
        "cohort_month",
        "period_unit",
        "period",
    ),
    "customer_dimensions": ("customer_id",),
    "customer_scores": ("customer_id",),
    "customer_segment_history": ("customer_id", "valid_from"),
    "customer_segments": ("customer_id",),
    "customers": ("customer_id",),
    "feature_drift": ("publication_id", "feature"),
    "lifetime_checks": ("kind", "purpose", "part"),
    "lifetime_models": ("model_version",),
    "score_deciles": ("outcome", "as_of_date", "group_kind", "group_name", "decile"),
    "score_drift": ("outcome",),
    "score_evaluation": ("outcome", "as_of_date", "group_kind", "group_name"),
    "score_models": ("model_version",),
    "segment_curves": ("algorithm", "encoder", "k"),
    "segment_dendrogram": ("node",),
    "segment_flows": ("publication_id", "from_segment_id", "to_segment_id", "moved_by"),
    "segment_health": ("publication_id",),
    "segment_lineage": ("model_version", "from_segment_id", "to_segment_id"),
    "segment_map": ("customer_id",),
    "segment_models": ("model_version",),
    "segment_personas": ("segment_id", "language"),
    "segment_profiles": ("segment_id", "feature"),
    "segment_trials": ("model_version", "algorithm", "encoder", "k"),
    "segments": ("segment_id",),
}


@dataclass(frozen=True)
class Layout:
    """Names of the schemas of one build: dbt may put something around ours.

    Installed as a package, the target's schema comes before (``main_marts``), or whatever a
    project's own rule for schemas says (``marts_of_acme``).
    """

    prefix: str = ""
    suffix: str = ""
    catalog: str | None = None

    def schema(self, name: str) -> str:
        """Name of a schema as the warehouse has it, not quoted."""
        return f"{self.prefix}{name}{self.suffix}"

    def relation(self, schema: str, name: str) -> str:
        """Quoted name of a relation, ready for SQL."""
        parts = [self.catalog] if self.catalog else []
        return ".".join(quoted(part) for part in (*parts, self.schema(schema), name))


def find_layout(connection: duckdb.DuckDBPyConnection, catalog: str | None = None) -> Layout:
    """Find the schemas of the build that a warehouse holds.

    Parameters
    ----------
    connection
        Where the warehouse is open.
    catalog
        Name it is attached under; default: the connection's own database.

    Raises
    ------
    WarehouseError
        If the warehouse holds no Coterie build.
    """
    found = connection.execute(
        """
        select table_schema from information_schema.tables
        where
            table_name = 'publications' and table_schema like '%publication%'
            and table_catalog = coalesce(?, current_database())
        order by 1 limit 1
        """,
        [catalog],
    ).fetchone()
    if found is None:
        raise WarehouseError("The warehouse holds no build of Coterie yet: run `dbt build` first.")
    prefix, _, suffix = found[0].rpartition("publication")
    return Layout(prefix, suffix, catalog)


def relations(connection: duckdb.DuckDBPyConnection, layout: Layout) -> list[str]:
    """Names of all that the schema of the marts holds, sorted."""
    rows = connection.execute(
        """
        select table_name from information_schema.tables
        where table_schema = ? and table_catalog = coalesce(?, current_database())
        order by 1
        """,
        [layout.schema("marts"), layout.catalog],
    ).fetchall()
    return [name for (name,) in rows]


def marts(connection: duckdb.DuckDBPyConnection, layout: Layout) -> list[str]:
    """Names of Coterie's marts in a warehouse, sorted; somebody else's relations are left out."""
    return [name for name in relations(connection, layout) if name in GRAINS]
