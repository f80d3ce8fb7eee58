"""Cohorts: how many of those who began together come back, and what is expected of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from coterie.dashboard.blocks import (
    ALL,
    HIDDEN,
    Chart,
    Column,
    Heading,
    Missing,
    Page,
    Prose,
    Table,
)
from coterie.dashboard.charts import PALETTE, chart, names_expression, segment_scale, spec
from coterie.dashboard.limits import lookup
from coterie.dashboard.marts import OTHER, Marts
from coterie.dashboard.suppression import determined, hidden_cells, lines
from coterie.dashboard.words import Words

KEY = "cohorts"

# Quarters whose revenue is drawn: more lines than these cannot be told apart.
QUARTERS = 4
# Points of fewer customers are not drawn: with 100 the standard error of a retention is 0.05.
DRAWN_MIN = 100

# Country, channel and segment; one of them at most is not ALL.
Choice = tuple[str, str, str]
# Those three, month of the cohort or ALL, period, customers, active, retention.
Row = tuple[Any, ...]

MONTH_COLUMNS = (
    Column("country", "text", labels="country"),
    Column("channel", "text", labels="channel"),
    Column("cohort_month", "date"),
    Column("months_since", "integer"),
    Column("customers", "integer"),
    Column("active", "integer"),
    Column("retention", "share"),
)
TOTAL_COLUMNS = (
    Column("months_since", "integer"),
    Column("customers", "integer"),
    Column("active", "integer"),
    Column("retention", "share"),
    Column("expected_retention", "share"),
)
QUARTER_COLUMNS = (
    Column("cohort_quarter", "text"),
    Column("is_drawn", "text", labels="yes_no"),
    Column("months_since", "integer"),
    Column("customers", "integer"),
    Column("revenue_per_customer", "money"),
    Column("expected_revenue_per_customer", "money"),
)


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page; what a mart does not hold is said to be missing."""
    if not marts.has("cohort_retention"):
        return Page(KEY, (Missing("cohort_retention", "dbt build"),)), []
    cells = marts.once("retention_cells", lambda: retention_cells(marts))
    months, totals = month_table(cells), total_table(marts, cells)
    quarters = quarter_table(marts, hidden_months(cells))
    cohorts = len({row[2] for row in months.rows})
    blocks: list[Any] = [
        *summary(totals, words),
        Prose("cohorts.channel"),
        Chart(months.name, heatmap(words, cohorts), "cohort_heatmap"),
        Chart(totals.name, projection(words), "cohort_projection"),
    ]
    tables = [months, totals]
    if any(row[-1] is not None for row in quarters.rows):
        blocks.append(Chart(quarters.name, revenue_chart(words), "cohort_revenue"))
        tables.append(quarters)
    else:
        blocks.append(Missing("lifetime_models", "dbt build"))
    blocks.append(Heading("cohort_curves"))
    for breakdown in ("segment", "country", "channel"):
        table = curve_table(cells, breakdown)
        if table.rows:
            curves = curves_chart(marts, words, breakdown)
            blocks.append(Chart(table.name, curves, table.name, is_half=breakdown != "segment"))
            tables.append(table)
    return Page(KEY, tuple(blocks)), tables


def retention_cells(marts: Marts) -> list[Row]:
    """Retention of each cohort and of all together, in all and by each breakdown.

    Only months that are over for a whole cohort have a row. A cohort that is too small to be
    counted is in none of the curves either: what a curve loses from one month to the next is a
    cohort.
    """
    rows = marts.rows(
        f"""
        select
            {_choice("country", marts.countries)} as country,
            {_choice("channel", marts.channels)} as channel,
            case when breakdown = 'segment' then breakdown_value else '{ALL}' end as segment,
            cohort_month,
            period,
            cast(sum(customers) as bigint) as customers,
            cast(sum(active) as bigint) as active
        from {marts.relation("cohort_retention")}
        where
            period_unit = 'month'
            and breakdown in ('all', 'country', 'channel', 'segment')
            and is_mature
            and active is not null
        group by country, channel, segment, cohort_month, period
        order by
            country <> '{ALL}' or channel <> '{ALL}' or segment <> '{ALL}',
            country, channel, segment, cohort_month, period
        """
    )
    sizes = {(row[:3], row[3]): row[5] for row in rows if row[4] == 0}
    totals = [key for key in sizes if key[0] == (ALL, ALL, ALL)]
    unseen = hidden_cells(sizes, _over_breakdowns(sizes), minimum=marts.min_cell_size, kept=totals)
    hidden, pooled = _hidden_active(rows, unseen, marts.min_cell_size)
    result: list[Row] = []
    for *key, customers, active in rows:
        choice, month, period = tuple(key[:3]), key[3], key[4]
        if (choice, month) in unseen:
            result.append((*key, HIDDEN, HIDDEN, HIDDEN))
        elif (choice, month) in hidden[period]:
            result.append((*key, customers, HIDDEN, HIDDEN))
        else:
            result.append((*key, customers, active, active / customers))
    for (choice, period), (customers, active) in pooled.items():
        is_hidden = (choice, ALL) in hidden[period]
        figures = (HIDDEN, HIDDEN) if is_hidden else (active, active / customers)
        result.append((*choice, ALL, period, customers, *figures))
    return result


def _hidden_active(
    rows: Sequence[Row], unseen: set[Any], minimum: int
) -> tuple[dict[int, set[Any]], dict[tuple[Choice, int], tuple[int, int]]]:
    """Cells of each period that are hidden, and all cohorts that are counted together.

    First the cells of each month, which add up over countries and channels; then the sums over the
    months, which are hidden where they would give a cell away.
    """
    pooled: dict[tuple[Choice, int], tuple[int, int]] = {}
    active: dict[int, dict[tuple[Choice, Any], int]] = defaultdict(dict)
    parts: dict[int, dict[Choice, list[tuple[Choice, Any]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for *key, customers, number in rows:
        choice, month, period = tuple(key[:3]), key[3], key[4]
        # The cohorts of segments are shown together only, which is one sum.
        if choice[2] == ALL:
            active[period][choice, month] = number
        if (choice, month) not in unseen:
            so_far = pooled.get((choice, period), (0, 0))
            pooled[choice, period] = (so_far[0] + customers, so_far[1] + number)
            parts[period][choice].append((choice, month))
    hidden = {}
    for period, counts in active.items():
        cells = {key for key in unseen if key in counts}
        by_month: dict[Any, dict[Any, int]] = defaultdict(dict)
        for key, number in counts.items():
            by_month[key[1]][key] = number
        for own in by_month.values():
            totals = [key for key in own if key[0] == (ALL, ALL, ALL)]
            cells |= hidden_cells(
                own, _over_breakdowns(own), minimum=minimum, forced=unseen, kept=totals
            )
        # Rather one more cohort than the figure of everybody.
        everybody = parts[period][ALL, ALL, ALL]
        while _gives_away(counts, [key for key in everybody if key in cells], minimum):
            shown = [key for key in everybody if key not in cells]
            if not shown:
                break
            next_one = min(shown, key=lambda key: (counts[key], key[1]))
            own = by_month[next_one[1]]
            cells |= hidden_cells(
                own, _over_breakdowns(own), minimum=minimum, forced={*cells, next_one}
            )
        few = {choice for choice in parts[period] if 0 < pooled[choice, period][1] < minimum}
        hidden[period] = (
            cells
            | {(choice, ALL) for choice in few}
            | _telling(counts, cells, parts[period], minimum)
        )
    return hidden, pooled


def _gives_away(counts: Mapping[Any, int], unknown: Sequence[Any], minimum: int) -> bool:
    """Whether a sum tells what its hidden parts are: one alone, or few together."""
    return len(unknown) == 1 or 0 < sum(counts[key] for key in unknown) < minimum


def _telling(
    counts: Mapping[Any, int],
    hidden: set[Any],
    parts: Mapping[Choice, list[Any]],
    minimum: int,
) -> set[Any]:
    """Find the sums over months that would give a hidden cell away."""
    sums = {}
    telling = set()
    for choice, cells in parts.items():
        unknown = [key for key in cells if key in hidden]
        if _gives_away(counts, unknown, minimum):
            telling.add((choice, ALL))
        elif unknown:
            sums[choice] = ((choice, ALL), tuple(unknown))
    months = [
        (total, tuple(key for key in cells if key in hidden))
        for total, cells in _over_breakdowns(counts)
    ]

    def loss(choice: Choice) -> tuple[bool, int]:
        return choice == (ALL, ALL, ALL), sum(counts[key] for key in parts[choice])

    while sums:
        fixed = determined([*months, *sums.values()], hidden)
        if not fixed:
            break
        near = [choice for choice in sums if any(key[0] == choice for key in fixed)]
        # One at a time, the smallest first and that of everybody last.
        choice = min(near or sums, key=loss)
        telling.add((choice, ALL))
        del sums[choice]
    return telling


def _over_breakdowns(counts: Iterable[tuple[Choice, Any]]) -> list[Any]:
    """Give the sums of each cohort's countries, channels and segments."""
    months: dict[Any, list[Choice]] = defaultdict(list)
    for choice, month in counts:
        months[month].append(choice)
    return [
        ((total, month), tuple((part, month) for part in parts))
        for month, choices in months.items()
        for total, parts in lines(choices, 3)
    ]


def hidden_months(cells: Sequence[Row]) -> set[tuple[Any, int]]:
    """Cohorts of all customers, and periods, whose figures are hidden."""
    return {
        (row[3], row[4])
        for row in cells
        if row[:3] == (ALL, ALL, ALL) and row[3] != ALL and row[6] is HIDDEN
    }


def month_table(cells: Sequence[Row]) -> Table:
    """Each cohort's retention by month since the first purchase."""
    rows = [(*row[:2], *row[3:]) for row in cells if row[2] == ALL and row[3] != ALL and row[4] > 0]
    return Table("cohort_months", MONTH_COLUMNS, rows, ("country", "channel"))


def total_table(marts: Marts, cells: Sequence[Row]) -> Table:
    """All cohorts together, beside what the lifetime model expects of new customers.

    What is expected is averaged over the same cohorts as long as some have lived so long, and over
    all of them after that: the projection.
    """
    observed = {row[4]: row[5:] for row in cells if row[:4] == (ALL, ALL, ALL, ALL)}
    rows = marts.rows(
        f"""
        select
            period,
            coalesce(
                sum(customers * expected_retention) filter (is_mature)
                / sum(customers) filter (is_mature),
                sum(customers * expected_retention) / sum(customers)
            )
        from {marts.relation("cohort_retention")}
        where period_unit = 'month' and breakdown = 'all' and period > 0
        group by period
        having sum(customers) >= ?
        order by period
        """,
        [marts.min_cell_size],
    )
    nothing = (None, None, None)
    return Table(
        "cohort_totals",
        TOTAL_COLUMNS,
        [(period, *observed.get(period, nothing), expected) for period, expected in rows],
    )


def quarter_table(marts: Marts, hidden: set[tuple[Any, int]]) -> Table:
    """Cumulative revenue per customer of the cohorts of each quarter, observed and expected.

    Observed is what all three cohorts have lived through; a quarter with a hidden cohort is hidden,
    or its cohort could be got from it.
    """
    rows = marts.rows(
        f"""
        with quarters as (
            select
                strftime(cohort_month, '%Y') || ' Q' || quarter(cohort_month) as cohort_quarter,
                period,
                bool_and(is_mature) as is_mature,
                list(cohort_month) as months,
                sum(customers) as customers,
                sum(cumulative_revenue) as revenue,
                sum(expected_cumulative_revenue) as expected_revenue
            from {marts.relation("cohort_retention")}
            where period_unit = 'month' and breakdown = 'all'
            group by all
            having count(*) = 3
        ),

        recent as (
            select cohort_quarter
            from quarters
            group by cohort_quarter
            having count(*) filter (is_mature) >= 3
            order by cohort_quarter desc
            limit {QUARTERS}
        )

        select
            cohort_quarter,
            case when cohort_quarter in (from recent) then 'yes' else 'no' end,
            period,
            cast(customers as bigint),
            case when is_mature then round(cast(revenue as double) / customers, 2) end,
            round(expected_revenue / customers, 2),
            months
        from quarters
        order by cohort_quarter, period
        """
    )
    few = marts.min_cell_size
    shown = []
    for *row, months in rows:
        is_hidden = row[3] < few or any((month, row[2]) in hidden for month in months)
        shown.append(tuple(row[:3] + [HIDDEN] * 3 if is_hidden else row))
    return Table("cohort_quarters", QUARTER_COLUMNS, shown)


def curve_table(cells: Sequence[Row], breakdown: str) -> Table:
    """All cohorts together, by country, channel of the first order, or segment of today."""
    place = ("country", "channel", "segment").index(breakdown)
    rows = [
        (row[place], *row[4:])
        for row in cells
        if row[3] == ALL and row[place] != ALL and row[4] > 0
    ]
    columns = (Column(f"cohort_{breakdown}", "text", labels=breakdown), *MONTH_COLUMNS[3:])
    return Table(f"cohort_by_{breakdown}", columns, rows)


def summary(totals: Table, words: Words) -> list[Prose]:
    """Say how many come back, and whether the projection fits."""
    by_period = {row[0]: row for row in totals.rows}
    sentences = []
    for period in (1, 6, 12):
        found = by_period.get(period)
        if found and isinstance(found[3], float):
            values = {"period": str(period), "retention": words.share(found[3])}
            if found[4] is None:
                sentences.append(Prose("cohorts.retention", values))
            else:
                values["expected"] = words.share(found[4])
                sentences.append(Prose("cohorts.retention_expected", values))
    return sentences


def heatmap(words: Words, cohorts: int) -> dict[str, Any]:
    """Retention by cohort and month since; a month that is not over is blank."""
    base = chart("cohort_months", height=18 * cohorts).encode(
        x=alt.X(
            "months_since:O",
            title=words("axis.months_since"),
            axis=alt.Axis(labelAngle=0, labelOverlap=True),
        ),
        y=alt.Y(
            "yearmonth(cohort_month):O",
            title=words("column.cohort_month"),
            axis=alt.Axis(format="%Y-%m"),
        ),
        tooltip=[
            alt.Tooltip("cohort_month:T", title=words("column.cohort_month"), format="%Y-%m"),
            alt.Tooltip("months_since:O", title=words("column.months_since")),
            alt.Tooltip("customers:Q", title=words("column.customers"), format=","),
            alt.Tooltip("active:Q", title=words("column.active"), format=","),
            alt.Tooltip("retention:Q", title=words("column.retention"), format=".0%"),
        ],
    )
    cells = (
        base.transform_filter("isValid(datum.retention)")
        .mark_rect()
        .encode(
            color=alt.Color(
                "retention:Q",
                title=words("column.retention"),
                scale=alt.Scale(scheme="viridis", reverse=True),
                legend=alt.Legend(format=".0%", gradientLength=160),
            )
        )
    )
    few = base.transform_filter("!isValid(datum.retention)").mark_text(fontSize=16)
    return spec(alt.layer(cells, few.encode(text=alt.value("·"))))


def projection(words: Words) -> dict[str, Any]:
    """Retention of all cohorts, observed and expected."""
    measures = {"retention": PALETTE[0], "expected_retention": PALETTE[1]}
    names = [words("mark.observed"), words("mark.expected")]
    return spec(
        chart("cohort_totals", height=280)
        .transform_fold(list(measures), as_=["measure", "figure"])
        .transform_filter("isValid(datum.figure)")
        .transform_calculate(
            measure_label=lookup(dict(zip(measures, names, strict=True)), "measure")
        )
        .mark_line(point=alt.OverlayMarkDef(size=35))
        .encode(
            x=alt.X(
                "months_since:Q", title=words("axis.months_since"), axis=alt.Axis(tickMinStep=1)
            ),
            y=alt.Y("figure:Q", title=words("column.retention"), axis=alt.Axis(format="%")),
            **_observed_expected(names, list(measures.values())),
            tooltip=[
                alt.Tooltip("months_since:Q", title=words("column.months_since")),
                alt.Tooltip("measure_label:N", title=words("axis.measure")),
                alt.Tooltip("figure:Q", title=words("column.retention"), format=".1%"),
            ],
        )
    )


def revenue_chart(words: Words) -> dict[str, Any]:
    """Cumulative revenue per customer by quarter of the first purchase, observed and expected."""
    names = [words("mark.observed"), words("mark.expected")]
    measures = ["revenue_per_customer", "expected_revenue_per_customer"]
    return spec(
        chart("cohort_quarters", height=320)
        .transform_filter("datum.is_drawn === 'yes'")
        .transform_fold(measures, as_=["measure", "figure"])
        .transform_filter("isValid(datum.figure)")
        .transform_calculate(
            measure_label=lookup(dict(zip(measures, names, strict=True)), "measure")
        )
        .mark_line()
        .encode(
            x=alt.X(
                "months_since:Q", title=words("axis.months_since"), axis=alt.Axis(tickMinStep=1)
            ),
            y=alt.Y("figure:Q", title=words("column.revenue_per_customer")),
            color=alt.Color(
                "cohort_quarter:N",
                title=words("column.cohort_quarter"),
                scale=alt.Scale(range=list(PALETTE[:QUARTERS])),
            ),
            strokeDash=alt.StrokeDash(
                "measure_label:N",
                title=None,
                scale=alt.Scale(domain=names, range=[[1, 0], [5, 4]]),
                legend=alt.Legend(symbolType="stroke"),
            ),
            tooltip=[
                alt.Tooltip("cohort_quarter:N", title=words("column.cohort_quarter")),
                alt.Tooltip("months_since:Q", title=words("column.months_since")),
                alt.Tooltip("measure_label:N", title=words("axis.measure")),
                alt.Tooltip("figure:Q", title=words("column.revenue_per_customer"), format=",.0f"),
            ],
        )
    )


def curves_chart(marts: Marts, words: Words, breakdown: str) -> dict[str, Any]:
    """Retention of all cohorts by segment, country or channel of the first order."""
    field = f"cohort_{breakdown}"
    if breakdown == "segment":
        colour = alt.Color(
            f"{field}:N",
            title=None,
            scale=segment_scale(marts),
            legend=alt.Legend(
                labelExpr=names_expression(marts, words),
                values=[row["segment_id"] for row in marts.segments if row["level"] == "segment"],
            ),
        )
    else:
        colour = alt.Color(f"{field}_label:N", title=None, scale=alt.Scale(range=list(PALETTE)))
    return spec(
        chart(f"cohort_by_{breakdown}", height=280)
        .transform_filter(f"isValid(datum.retention) && datum.customers >= {DRAWN_MIN}")
        .mark_line(point=alt.OverlayMarkDef(size=25))
        .encode(
            x=alt.X(
                "months_since:Q", title=words("axis.months_since"), axis=alt.Axis(tickMinStep=1)
            ),
            y=alt.Y("retention:Q", title=words("column.retention"), axis=alt.Axis(format="%")),
            color=colour,
            tooltip=[
                alt.Tooltip(f"{field}_label:N", title=words(f"column.{field}")),
                alt.Tooltip("months_since:Q", title=words("column.months_since")),
                alt.Tooltip("customers:Q", title=words("column.customers"), format=","),
                alt.Tooltip("retention:Q", title=words("column.retention"), format=".0%"),
            ],
        )
    )


def _observed_expected(names: list[str], colours: list[str]) -> dict[str, Any]:
    """Colour and dashes of what was observed and what is expected."""
    return {
        "color": alt.Color(
            "measure_label:N", title=None, scale=alt.Scale(domain=names, range=colours)
        ),
        "strokeDash": alt.StrokeDash(
            "measure_label:N", title=None, scale=alt.Scale(domain=names, range=[[1, 0], [5, 4]])
        ),
    }


def _choice(breakdown: str, chosen: Sequence[str]) -> str:
    """Name a value as the filter names it; cohorts of another breakdown are of all values."""
    texts = ", ".join("'" + value.replace("'", "''") + "'" for value in chosen) or "''"
    return (
        f"case when breakdown <> '{breakdown}' then '{ALL}' "
        f"when breakdown_value in ({texts}) then breakdown_value else '{OTHER}' end"
    )
