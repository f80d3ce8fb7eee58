"""Identity and data quality: how many records are one customer, and what became of every row."""

from typing import Any

import altair as alt

from coterie.dashboard.blocks import (
    ALL,
    Chart,
    Column,
    Facts,
    Heading,
    Missing,
    Page,
    Prose,
    Table,
)
from coterie.dashboard.charts import PALETTE, chart, spec
from coterie.dashboard.limits import called, limit_label, limit_rule, lookup
from coterie.dashboard.marts import Marts
from coterie.dashboard.suppression import suppress
from coterie.dashboard.words import Words

KEY = "identity_and_quality"

# Customers with so many contacts or more are one class.
MANY = 5

IDENTITY_COLUMNS = (
    Column("contacts", "integer"),
    Column("known_customers", "integer"),
    Column("consolidation_rate", "share"),
    Column("stitched_visitors", "integer"),
    Column("unstitched_visitors", "integer"),
    Column("unowned_orders", "integer"),
    Column("unowned_revenue", "money"),
)
CLUSTER_COLUMNS = (Column("contacts_per_customer", "text"), Column("customers", "integer"))
COUNT_COLUMNS = (
    Column("source_table", "text", labels="source_table"),
    Column("raw_rows", "integer"),
    Column("accepted_rows", "integer"),
    Column("rejected_rows", "integer"),
    Column("duplicate_rows", "integer"),
    Column("rejected_share", "share"),
    Column("duplicate_share", "share"),
    Column("rejected_limit", "share"),
)
REASON_COLUMNS = (
    Column("reason", "text", labels="rejection"),
    Column("source_table", "text", labels="source_table"),
    Column("rejected_rows", "integer"),
)
FRESHNESS_COLUMNS = (
    Column("source", "text"),
    Column("source_table", "text", labels="source_table"),
    Column("source_system", "text"),
    Column("last_row_on", "date"),
    Column("days_silent", "integer"),
    Column("state", "text", labels="freshness"),
    Column("accepted_rows", "integer"),
)


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page; what a mart does not hold is said to be missing."""
    blocks: list[Any] = []
    tables: list[Table] = []
    for part in (_identity, _records, _reasons, _freshness):
        part_blocks, part_tables = part(marts, words)
        blocks += part_blocks
        tables += part_tables
    return Page(KEY, tuple(blocks)), tables


def _identity(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    blocks: list[Any] = [Heading("consolidation")]
    tables: list[Table] = []
    found = identity_table(marts)
    if found is None:
        blocks.append(Missing("identity_counts", "dbt build"))
    else:
        tables.append(found)
        contacts, customers, rate = found.rows[0][:3]
        blocks += [
            Prose(
                "identity.consolidation",
                {
                    "contacts": words.integer(contacts),
                    "customers": words.integer(customers),
                    "rate": words.share(rate),
                },
            ),
            Facts(found.name, "identity"),
        ]
    if marts.has("customers"):
        clusters = cluster_table(marts)
        tables.append(clusters)
        blocks.append(Chart(clusters.name, cluster_chart(words), "contacts_per_customer"))
    else:
        blocks.append(Missing("customers", "dbt build"))
    return blocks, tables


def identity_table(marts: Marts) -> Table | None:
    """Count records and customers of the last build; None where the counts are not there."""
    if not marts.has("identity_counts", "identity"):
        return None
    rows = marts.rows(
        f"""
        select
            contacts,
            customers,
            1 - cast(customers as double) / nullif(contacts, 0),
            stitched_visitors,
            unstitched_visitors,
            unowned_orders,
            unowned_revenue
        from {marts.relation("identity_counts", "identity")}
        where contacts > 0
        """
    )
    if not rows:
        return None
    shown = suppress(rows, count=1, minimum=marts.min_cell_size, figures=(0, 2, 3, 4, 5, 6))
    return Table("identity", IDENTITY_COLUMNS, shown)


def cluster_table(marts: Marts) -> Table:
    """Count customers by the number of their contacts."""
    rows = marts.rows(
        f"""
        with sizes as (
            select
                case
                    when contact_count >= {MANY} then '{MANY}+' else cast(contact_count as varchar)
                end as size
            from {marts.relation("customers")}
        )

        select coalesce(size, '{ALL}'), count(*)
        from sizes
        group by grouping sets ((size), ())
        order by 1
        """
    )
    shown = suppress(rows, count=1, minimum=marts.min_cell_size, dimensions=(0,))
    return Table("contacts_per_customer", CLUSTER_COLUMNS, [row for row in shown if row[0] != ALL])


def _records(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    blocks: list[Any] = [Heading("records")]
    if not marts.has("record_counts_store", "publication"):
        return [*blocks, Missing("record_counts_store", "dbt build")], []
    table = count_table(marts)
    if not table.rows:
        return [*blocks, Missing("record_counts_store", "dbt build")], []
    total = [sum(row[place] for row in table.rows) for place in range(1, 5)]
    worst = max(table.rows, key=lambda row: row[5] or 0)
    blocks += [
        Prose(
            "quality.records",
            {
                "raw": words.integer(total[0]),
                "accepted": words.integer(total[1]),
                "rejected": words.integer(total[2]),
                "duplicates": words.integer(total[3]),
                "table": called(words, "source_table", worst[0]),
                "share": words.share(worst[5] or 0, digits=1),
            },
        ),
        Chart(table.name, count_chart(words, len(table.rows)), "rejected_share"),
    ]
    return blocks, [table]


def count_table(marts: Marts) -> Table:
    """Tell what became of the rows of each input table at the last publication.

    Rows are not customers: they are counted whole.
    """
    rows = marts.rows(
        f"""
        select
            source_table,
            raw_rows,
            accepted_rows,
            rejected_rows,
            duplicate_rows,
            cast(rejected_rows as double) / nullif(raw_rows, 0),
            cast(duplicate_rows as double) / nullif(raw_rows, 0),
            cast(? as double)
        from {marts.relation("record_counts_store", "publication")}
        where is_present and publication_id = ?
        order by raw_rows desc, source_table
        """,
        [_limit(marts, "rejections_are_few"), marts.publication["publication_id"]],
    )
    return Table("record_counts", COUNT_COLUMNS, rows)


def _limit(marts: Marts, check: str) -> float | None:
    """Limit of a gate at the last publication."""
    if not marts.has("publication_checks", "publication"):
        return None
    rows = marts.rows(
        f"select check_limit from {marts.relation('publication_checks', 'publication')} "
        "where check_name = ? and publication_id = ?",
        [check, marts.publication["publication_id"]],
    )
    return rows[0][0] if rows else None


def _reasons(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    if not marts.columns("rejected_records", "staging"):
        return [Missing("rejected_records", "dbt build")], []
    table = reason_table(marts)
    if not table.rows:
        return [Prose("quality.nothing_rejected")], []
    return [
        Chart(
            table.name, reason_chart(words, len({row[0] for row in table.rows})), "rejected_reasons"
        )
    ], [table]


def reason_table(marts: Marts) -> Table:
    """Rows that the last build could not use, by reason and input table."""
    rows = marts.rows(
        f"""
        select reason_code, source_table, count(*)
        from {marts.relation("rejected_records", "staging")}
        group by reason_code, source_table
        order by sum(count(*)) over (partition by reason_code) desc, reason_code, 3 desc, 2
        """
    )
    return Table("rejected_reasons", REASON_COLUMNS, rows)


def _freshness(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    blocks: list[Any] = [Heading("freshness")]
    if not marts.has("input_freshness_store", "publication"):
        return [*blocks, Missing("input_freshness_store", "dbt build")], []
    table = freshness_table(marts)
    if not table.rows:
        return [*blocks, Missing("input_freshness_store", "dbt build")], []
    stopped = [row[0] for row in table.rows if row[5] == "stopped"]
    if stopped:
        blocks.append(Prose("quality.stopped", {"sources": ", ".join(stopped)}))
    else:
        blocks.append(Prose("quality.fresh"))
    blocks += [Chart(table.name, freshness_chart(words, len(table.rows)), "freshness")]
    return blocks, [table]


def freshness_table(marts: Marts) -> Table:
    """Last day with a row of each source, and the days it has been silent since."""
    rows = marts.rows(
        f"""
        select
            source_table || case when source_system <> '' then ' · ' || source_system else '' end,
            source_table,
            source_system,
            last_row_on,
            days_silent,
            case when has_stopped then 'stopped' else 'sending' end,
            accepted_rows
        from {marts.relation("input_freshness_store", "publication")}
        where publication_id = ?
        order by days_silent desc, source_table, source_system
        """,
        [marts.publication["publication_id"]],
    )
    return Table("freshness", FRESHNESS_COLUMNS, rows)


def cluster_chart(words: Words) -> dict[str, Any]:
    """Draw customers by the number of their contacts."""
    base = chart("contacts_per_customer", height=240).encode(
        x=alt.X(
            "contacts_per_customer:O",
            title=words("column.contacts_per_customer"),
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y("customers:Q", title=words("column.customers")),
        tooltip=[
            alt.Tooltip("contacts_per_customer:O", title=words("column.contacts_per_customer")),
            alt.Tooltip("customers:Q", title=words("column.customers"), format=","),
        ],
    )
    numbers = base.mark_text(dy=-8).encode(text=alt.Text("customers:Q", format=","))
    return spec(alt.layer(base.mark_bar(), numbers))


def count_chart(words: Words, tables: int) -> dict[str, Any]:
    """Rejected and duplicate rows as a share of all, with the limit of the gate."""
    measures = {"rejected_share": PALETTE[1], "duplicate_share": PALETTE[0]}
    names = [words(f"column.{field}") for field in measures]
    base = chart("record_counts", height=28 * tables)
    bars = (
        base.transform_fold(list(measures), as_=["measure", "figure"])
        .transform_calculate(
            measure_label=lookup(dict(zip(measures, names, strict=True)), "measure")
        )
        .mark_bar()
        .encode(
            x=alt.X("figure:Q", title=words("axis.share_of_rows"), axis=alt.Axis(format="%")),
            y=alt.Y("source_table_label:N", title=None, sort="-x"),
            yOffset=alt.YOffset("measure_label:N", sort=names),
            color=alt.Color(
                "measure_label:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(measures.values())),
            ),
            tooltip=[
                alt.Tooltip("source_table_label:N", title=words("column.source_table")),
                alt.Tooltip("measure_label:N", title=words("axis.measure")),
                alt.Tooltip("figure:Q", title=words("axis.share_of_rows"), format=".2%"),
                alt.Tooltip("raw_rows:Q", title=words("column.raw_rows"), format=","),
            ],
        )
    )
    rule = limit_rule(base, "rejected_limit", axis="x")
    label = limit_label(base, "rejected_limit", words("limit.rejected"), axis="x")
    return spec(alt.layer(bars, rule, label))


def reason_chart(words: Words, reasons: int) -> dict[str, Any]:
    """Rejected rows by reason."""
    return spec(
        chart("rejected_reasons", height=26 * reasons)
        .transform_aggregate(rows="sum(rejected_rows)", groupby=["reason_label"])
        .mark_bar()
        .encode(
            x=alt.X("rows:Q", title=words("column.rejected_rows")),
            y=alt.Y("reason_label:N", title=None, sort="-x", axis=alt.Axis(labelLimit=230)),
            tooltip=[
                alt.Tooltip("reason_label:N", title=words("column.reason")),
                alt.Tooltip("rows:Q", title=words("column.rejected_rows"), format=","),
            ],
        )
    )


def freshness_chart(words: Words, sources: int) -> dict[str, Any]:
    """Days since the last row of each source."""
    names = [words("value.freshness.sending"), words("value.freshness.stopped")]
    return spec(
        chart("freshness", height=26 * sources)
        .mark_bar(minBandSize=2)
        .encode(
            x=alt.X(
                "days_silent:Q",
                title=words("column.days_silent"),
                axis=alt.Axis(tickMinStep=1, format=",d"),
            ),
            y=alt.Y("source:N", title=None, sort="-x"),
            color=alt.Color(
                "state_label:N",
                title=None,
                scale=alt.Scale(domain=names, range=[PALETTE[0], PALETTE[1]]),
            ),
            tooltip=[
                alt.Tooltip("source:N", title=words("column.source")),
                alt.Tooltip("last_row_on:T", title=words("column.last_row_on"), format="%Y-%m-%d"),
                alt.Tooltip("days_silent:Q", title=words("column.days_silent")),
                alt.Tooltip("state_label:N", title=words("column.state")),
            ],
        )
    )
