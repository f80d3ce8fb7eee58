"""Churn and value: who is about to leave, what that is worth, and whether the scores are right."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import altair as alt

from coterie.dashboard.blocks import (
    ALL,
    HIDDEN,
    Chart,
    Column,
    Facts,
    Heading,
    Listing,
    Missing,
    Page,
    Prose,
    Table,
)
from coterie.dashboard.charts import GREY, PALETTE, chart, spec
from coterie.dashboard.cubes import ACTIVE, active_cube
from coterie.dashboard.limits import constant_limit, lookup
from coterie.dashboard.marts import Marts
from coterie.dashboard.suppression import hidden_cells, lines
from coterie.dashboard.words import Words

KEY = "churn_and_value"

BANDS = tuple(round(0.1 * band, 1) for band in range(10))
# Lowest probability of each class of risk: one in five is what is normal for most shops, from one
# in two on leaving is the likelier end.
RISKS = {"low": 0.0, "medium": 0.2, "high": 0.5}
# The lower half, the next three tenths, and the fifth that brings most (the rule of 80 and 20).
VALUES = {"low": 0.0, "medium": 0.5, "high": 0.8}
NO_VALUE = "unknown"
DRIVERS = 12

FACTS = (
    Column("country", "text", labels="country"),
    Column("channel", "text", labels="channel"),
    Column("scored_customers", "integer"),
    Column("expected_leavers", "integer"),
    Column("mean_churn_probability", "share"),
    Column("at_risk_value", "money"),
    Column("expected_revenue", "money"),
)
BAND_COLUMNS = (
    Column("country", "text", labels="country"),
    Column("channel", "text", labels="channel"),
    Column("probability_from", "share"),
    Column("probability_to", "share"),
    Column("customers", "integer"),
)
CONTACT_COLUMNS = (
    Column("country", "text", labels="country"),
    Column("channel", "text", labels="channel"),
    Column("probability_from", "share"),
    Column("customers", "integer"),
    Column("expected_leavers", "integer"),
    Column("at_risk_value", "money"),
)
GRID_COLUMNS = (
    Column("country", "text", labels="country"),
    Column("channel", "text", labels="channel"),
    Column("risk", "text", labels="risk"),
    Column("value_class", "text", labels="value_class"),
    Column("customers", "integer"),
    Column("at_risk_value", "money"),
)
DECILE_COLUMNS = (
    Column("outcome", "text", labels="outcome"),
    Column("decile", "integer"),
    Column("customers", "integer"),
    Column("mean_probability", "share"),
    Column("positives", "integer"),
    Column("outcome_share", "share"),
    Column("lift", "number"),
    Column("customers_share_so_far", "share"),
    Column("gain", "share"),
)
MODEL_COLUMNS = (
    Column("outcome", "text", labels="outcome"),
    Column("algorithm", "text", labels="score_algorithm"),
    Column("horizon_days", "integer"),
    Column("evaluation_date", "date"),
    Column("evaluation_rows", "integer"),
    Column("auc", "number"),
    Column("rule_auc", "number"),
    Column("brier", "number"),
    Column("rule_brier", "number"),
    Column("calibration_slope", "number"),
    Column("level_error", "share"),
)
DRIVER_COLUMNS = (
    Column("outcome", "text", labels="outcome"),
    Column("rank", "integer"),
    Column("feature", "text", labels="feature"),
    Column("typical_figure", "number"),
    Column("odds_below", "number"),
    Column("odds_above", "number"),
    Column("odds_unknown", "number"),
    Column("mean_effect", "number"),
)
MONTH_COLUMNS = (
    Column("month", "date"),
    Column("is_unseen", "text", labels="yes_no"),
    Column("purchases", "integer"),
    Column("expected_purchases", "integer"),
)
REPEAT_COLUMNS = (
    Column("repeats", "text"),
    Column("customers", "integer"),
    Column("purchases", "integer"),
    Column("expected_purchases", "integer"),
)

# What a customer is counted in: the choice of filters and a cell, which is a band, a class of risk,
# a class of risk and value, or ALL.
Cell = tuple[str, str, Any]
# Customers, sum of their probabilities, revenue at risk and expected revenue.
Sums = tuple[int, float, float | None, float | None]


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page; what a mart does not hold is said to be missing."""
    if not marts.has("customer_scores"):
        return Page(KEY, (Missing("customer_scores", "dbt build"),)), []
    blocks: list[Any] = []
    tables: list[Table] = []
    cells = marts.once("risk_cells", lambda: risk_cells(marts))
    if cells:
        hidden = marts.once("hidden_risk_cells", lambda: hidden_risk_cells(cells, marts))
        has_value = any(sums[3] is not None for sums in cells.values())
        tables += [facts(cells, hidden), bands(cells, hidden), contacts(cells, hidden)]
        blocks += [Facts("churn_facts", "churn_facts"), horizon(marts, words)]
        if has_value:
            tables.append(grid(cells, hidden))
            blocks.append(Chart("risk_value_grid", grid_chart(words), "risk_value_grid"))
        else:
            blocks.append(Missing("lifetime_models", "dbt build"))
        blocks += [
            Chart("churn_bands", bands_chart(words), "churn_bands", is_half=True),
            Chart("churn_contacts", contacts_chart(words), "churn_contacts", is_half=True),
        ]
    else:
        blocks.append(Missing("customer_scores", "dbt build"))
    for part in (_drivers, _evaluation, _lifetime):
        part_blocks, part_tables = part(marts, words)
        blocks += part_blocks
        tables += part_tables
    return Page(KEY, tuple(blocks)), tables


def _drivers(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    title = Heading("drivers")
    for model, schema in (
        ("score_models", "marts"),
        ("score_terms", "prediction"),
        ("score_typical_values", "prediction"),
    ):
        if not marts.has(model, schema):
            return [title, Missing(model, "dbt build")], []
    table = drivers(marts)
    if not table.rows:
        return [title, Missing("score_terms", "dbt build")], []
    blocks: list[Any] = [title]
    if any(row[0] == "churn" for row in table.rows):
        blocks.append(Chart(table.name, drivers_chart(words), "drivers"))
    else:
        blocks.append(Listing(table.name, "drivers"))
    return blocks, [table]


def _evaluation(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    blocks: list[Any] = [Heading("score_quality")]
    tables: list[Table] = []
    if marts.has("score_models"):
        tables.append(models(marts))
        blocks += [*verdicts(marts, words), Listing("score_models", "score_models")]
    else:
        blocks.append(Missing("score_models", "dbt build"))
    table = deciles(marts) if marts.has("score_deciles") else None
    if table and table.rows:
        tables.append(table)
        blocks += [
            Chart(table.name, lift_chart(words), "lift"),
            Chart(table.name, calibration_chart(words), "calibration", is_half=True),
            Chart(table.name, gains_chart(words), "gains", is_half=True),
        ]
    else:
        blocks.append(Missing("score_deciles", "dbt build"))
    return blocks, tables


def _lifetime(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    blocks: list[Any] = [Heading("lifetime")]
    if not marts.has("lifetime_checks"):
        return [*blocks, Missing("lifetime_checks", "dbt build")], []
    months, repeats = lifetime_months(marts), lifetime_repeats(marts)
    if months.rows:
        blocks.append(Chart(months.name, months_chart(words), "lifetime_months", is_half=True))
    if repeats.rows:
        blocks.append(Chart(repeats.name, repeats_chart(words), "lifetime_repeats", is_half=True))
    return blocks, [table for table in (months, repeats) if table.rows]


def risk_cells(marts: Marts) -> dict[Cell, Sums]:
    """Count customers with a chance of leaving in every cell that some table shows."""
    classes = _classes("churn_probability", {name: str(edge) for name, edge in RISKS.items()})
    values = _classes(
        "expected_revenue_365d", {"medium": "values.medium", "high": "values.high"}, first="low"
    )
    rows = marts.rows(
        f"""
        with scored as (
            select
                country as country_choice,
                channel as channel_choice,
                churn_probability,
                expected_revenue_365d
            from {marts.customers}
            where churn_probability is not null
        ),

        value_edges as (
            select
                quantile_disc(expected_revenue_365d, {VALUES["medium"]}) as medium,
                quantile_disc(expected_revenue_365d, {VALUES["high"]}) as high
            from scored
        ),

        classed as (
            select
                scored.*,
                least(floor(round(10 * churn_probability, 9)), 9) / 10 as band,
                {classes} as risk,
                case when expected_revenue_365d is null then '{NO_VALUE}' else {values} end as value
            from scored
            cross join value_edges as values
        )

        select
            coalesce(country_choice, '{ALL}'),
            coalesce(channel_choice, '{ALL}'),
            band,
            risk,
            value,
            count(*),
            sum(cast(churn_probability as decimal(28, 12))),
            sum(cast(churn_probability * expected_revenue_365d as decimal(38, 6))),
            sum(cast(expected_revenue_365d as decimal(38, 6)))
        from classed
        group by
            cube (country_choice, channel_choice),
            grouping sets ((), (band), (risk), (risk, value))
        order by all
        """
    )
    cells: dict[Cell, Sums] = {}
    for country, channel, band, risk, value, *sums in rows:
        if band is not None:
            cell: Any = band
        elif risk is None:
            cell = ALL
        else:
            cell = risk if value is None else (risk, value)
        customers, leavers, at_risk, expected = sums
        cells[country, channel, cell] = (
            customers,
            float(leavers),
            None if at_risk is None else float(at_risk),
            None if expected is None else float(expected),
        )
    return cells


def hidden_risk_cells(cells: Mapping[Cell, Sums], marts: Marts) -> set[Any]:
    """Cells that no table may show; all tables at once, as their sums are about the same people."""
    counts = {key: sums[0] for key, sums in cells.items()}
    by_cell: dict[Any, list[Cell]] = defaultdict(list)
    by_choice: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for key in cells:
        by_cell[key[2]].append(key)
        by_choice[key[:2]].append(key[2])
    sums = []
    for cell, keys in by_cell.items():
        for total, parts in lines([key[:2] for key in keys], 2):
            sums.append(((*total, cell), tuple((*part, cell) for part in parts)))
    for choice, inside in by_choice.items():
        risks = [cell for cell in inside if cell in RISKS]
        sums.append(((*choice, ALL), tuple((*choice, risk) for risk in risks)))
        for risk in risks:
            banded = [cell for cell in inside if isinstance(cell, float) and _risk(cell) == risk]
            valued = [cell for cell in inside if isinstance(cell, tuple) and cell[0] == risk]
            for parts in (banded, valued):
                sums.append(((*choice, risk), tuple((*choice, part) for part in parts)))
    # The overview counts the same customers as the active ones, and settles which are shown.
    unseen = {row[:2] for row in active_cube(marts, {}) if row[2] == ACTIVE and row[3] is HIDDEN}
    forced = [key for key in cells if key[:2] in unseen]
    # Hidden last: what the overview shows, then what is said of more customers.
    kept = {
        key: 4 if key[2] == ALL and key[:2] not in unseen else key[:2].count(ALL) for key in cells
    }
    return hidden_cells(counts, sums, minimum=marts.min_cell_size, forced=forced, kept=kept)


def facts(cells: dict[Cell, Sums], hidden: set[Any]) -> Table:
    """Give the figures of each choice that are written large."""
    rows = []
    for country, channel in _choices(cells):
        key = (country, channel, ALL)
        if key in hidden:
            rows.append((country, channel, *(HIDDEN,) * 5))
            continue
        customers, leavers, at_risk, expected = cells[key]
        rows.append(
            (
                country,
                channel,
                customers,
                round(leavers),
                leavers / customers,
                _money(at_risk),
                _money(expected),
            )
        )
    return Table("churn_facts", FACTS, rows, ("country", "channel"))


def bands(cells: dict[Cell, Sums], hidden: set[Any]) -> Table:
    """Count customers by tenths of the probability to leave; an empty tenth counts 0."""
    rows = []
    for choice in _choices(cells):
        for band in BANDS:
            key = (*choice, band)
            customers = HIDDEN if key in hidden else cells[key][0] if key in cells else 0
            rows.append((*choice, band, round(band + 0.1, 1), customers))
    return Table("churn_bands", BAND_COLUMNS, rows, ("country", "channel"))


def contacts(cells: dict[Cell, Sums], hidden: set[Any]) -> Table:
    """Count customers at or above a probability: how many letters there are to write.

    A figure is a sum of tenths. It is shown where none of them is hidden, or all that are hidden
    (then it says no more than the total does).
    """
    rows = []
    for choice in _choices(cells):
        shown = running_shown([(*choice, band) in hidden for band in reversed(BANDS)])
        total_hidden = (*choice, ALL) in hidden
        some_hidden = False
        customers, leavers, at_risk = 0, 0.0, 0.0
        has_value = False
        below: list[tuple[Any, ...]] = []
        for band, is_shown in zip(reversed(BANDS), shown, strict=True):
            key = (*choice, band)
            some_hidden = some_hidden or key in hidden
            if key in cells:
                customers += cells[key][0]
                leavers += cells[key][1]
                has_value = has_value or cells[key][2] is not None
                at_risk += cells[key][2] or 0
            if is_shown and not (some_hidden and total_hidden):
                figures = (customers, round(leavers), round(at_risk, 2) if has_value else None)
            else:
                figures = (HIDDEN, HIDDEN, HIDDEN)
            below.append((*choice, band, *figures))
        rows += reversed(below)
    return Table("churn_contacts", CONTACT_COLUMNS, rows, ("country", "channel"))


def running_shown(hidden: Sequence[bool]) -> list[bool]:
    """Whether a running total may be shown at each step: with no hidden part in it, or with all."""
    total = sum(hidden)
    so_far, shown = 0, []
    for is_hidden in hidden:
        so_far += is_hidden
        shown.append(so_far in (0, total))
    return shown


def grid(cells: dict[Cell, Sums], hidden: set[Any]) -> Table:
    """Count customers by risk and value."""
    rows = []
    has_unvalued = any(isinstance(key[2], tuple) and key[2][1] == NO_VALUE for key in cells)
    values = [*VALUES, NO_VALUE] if has_unvalued else list(VALUES)
    for choice in _choices(cells):
        for risk in RISKS:
            for value in values:
                key = (*choice, (risk, value))
                if key in hidden:
                    figures: tuple[Any, ...] = (HIDDEN, HIDDEN)
                elif key in cells:
                    figures = (cells[key][0], _money(cells[key][2]))
                else:
                    figures = (0, None)
                rows.append((*choice, risk, value, *figures))
    return Table("risk_value_grid", GRID_COLUMNS, rows, ("country", "channel"))


def horizon(marts: Marts, words: Words) -> Prose:
    """Say what leaving means here and where the probabilities come from."""
    rows = marts.rows(
        f"""
        select
            count(*) filter (churn_basis = 'model'),
            count(*) filter (churn_basis = 'rule of thumb'),
            count(*) filter (churn_basis = 'left already')
        from {marts.relation("customer_scores")}
        """
    )
    by_model, by_rule, gone = rows[0]
    days = None
    if by_model and marts.has("score_models"):
        found = marts.rows(
            f"select max(horizon_days) from {marts.relation('score_models')} "
            "where outcome = 'churn' and status = 'accepted'"
        )
        days = found[0][0]
    few = marts.min_cell_size
    values = {"gone": words.integer(gone) if gone == 0 or gone >= few else f"<{few}"}
    if days is None or by_rule > by_model:
        return Prose("churn_and_value.by_rule", values)
    return Prose("churn_and_value.by_model", {**values, "days": words.integer(days)})


def models(marts: Marts) -> Table:
    """Score models in force and how they did on a later day they had not seen."""
    rows = marts.rows(
        f"""
        select
            outcome, algorithm, horizon_days, evaluation_date, evaluation_rows, auc, rule_auc,
            brier, rule_brier, calibration_slope, level_error
        from {marts.relation("score_models")}
        where status = 'accepted'
        order by outcome
        """
    )
    if not rows:
        # None is in force: the last one of each outcome says why.
        rows = marts.rows(
            f"""
            select
                outcome, algorithm, horizon_days, evaluation_date, evaluation_rows, auc, rule_auc,
                brier, rule_brier, calibration_slope, level_error
            from {marts.relation("score_models")}
            qualify row_number() over (partition by outcome order by decision_number desc) = 1
            order by outcome
            """
        )
    return Table("score_models", MODEL_COLUMNS, rows)


def verdicts(marts: Marts, words: Words) -> list[Prose]:
    """Say for each model in force how much better than the rule of thumb it is."""
    rows = marts.rows(
        f"""
        select outcome, auc, rule_auc, level_error, evaluation_date
        from {marts.relation("score_models")}
        where status = 'accepted' and auc is not null and rule_auc is not null
        order by outcome
        """
    )
    return [
        Prose(
            f"churn_and_value.quality_{outcome}",
            {
                "auc": words.share(auc),
                "rule_auc": words.share(rule_auc),
                "level": words.share(abs(level or 0), digits=1),
                "date": words.day(date),
            },
        )
        for outcome, auc, rule_auc, level, date in rows
        if outcome in ("churn", "purchase")
    ]


def deciles(marts: Marts) -> Table:
    """Tenths of the customers by probability on the latest day whose outcomes are known."""
    columns = (
        "outcome", "decile", "customers", "mean_probability", "positives", "share", "lift",
        "customers_share_so_far", "gain",
    )  # fmt: skip
    found = marts.rows(
        f"""
        select {", ".join(columns)}
        from {marts.relation("score_deciles")}
        where outcome in ('churn', 'purchase') and group_kind = 'all'
        qualify as_of_date = max(as_of_date) over (partition by outcome)
        order by outcome, decile
        """
    )
    rows: list[tuple[Any, ...]] = []
    for outcome in dict.fromkeys(row[0] for row in found):
        rows += suppress_deciles([row for row in found if row[0] == outcome], marts.min_cell_size)
    return Table("score_deciles", DECILE_COLUMNS, rows)


def suppress_deciles(rows: list[tuple[Any, ...]], minimum: int) -> list[tuple[Any, ...]]:
    """Hide what tells how few customers of a tenth had the outcome, or had it not."""
    counts: dict[tuple[Any, str], int] = defaultdict(int)
    for row in rows:
        decile, customers, positives = row[1], row[2], row[4]
        for answer, number in (
            ("yes", positives),
            ("no", customers - positives),
            (ALL, customers),
        ):
            counts[decile, answer] += number
            counts[ALL, answer] += number
    hidden = hidden_cells(counts, lines(list(counts), 2), minimum=minimum)
    is_hidden = [bool({(row[1], "yes"), (row[1], "no")} & hidden) for row in rows]
    shown = running_shown(is_hidden)
    result = []
    for row, hides, shows_running in zip(rows, is_hidden, shown, strict=True):
        cells = list(row)
        if hides:
            cells[4:7] = [HIDDEN] * 3
        if (row[1], ALL) in hidden:
            cells[2:8] = [HIDDEN] * 6
        if not shows_running:
            cells[8] = HIDDEN
        result.append(tuple(cells))
    return result


def drivers(marts: Marts) -> Table:
    """Give the features that move the scores most, and which way.

    A score is a sum of terms: a feature's term below and above the typical value, averaged over
    the rows the model learnt from, is how much it multiplies the odds there.
    """
    rows = marts.rows(
        f"""
        with terms as (
            select terms.*, typical.typical_value
            from {marts.relation("score_terms", "prediction")} as terms
            inner join {marts.relation("score_models")} as models
                on terms.model_version = models.model_version and models.status = 'accepted'
            left join {marts.relation("score_typical_values", "prediction")} as typical
                on
                    terms.model_version = typical.model_version
                    and terms.outcome = typical.outcome
                    and terms.feature = typical.feature
            where terms.kind = 'feature' and terms.row_count > 0
        ),

        placed as (
            select
                *,
                case
                    when lower_edge is null and upper_edge is null then 'unknown'
                    when upper_edge <= typical_value then 'below'
                    when lower_edge >= typical_value then 'above'
                end as place
            from terms
        ),

        effects as (
            select
                outcome,
                feature,
                max(typical_value) as typical_value,
                {_effect("below")} as odds_below,
                {_effect("above")} as odds_above,
                {_effect("unknown")} as odds_unknown,
                sum(row_count * abs(contribution)) / sum(row_count) as mean_effect
            from placed
            group by outcome, feature
        )

        select
            outcome,
            row_number() over (partition by outcome order by mean_effect desc, feature) as rank,
            feature,
            typical_value,
            odds_below,
            odds_above,
            odds_unknown,
            mean_effect
        from effects
        qualify rank <= {DRIVERS}
        order by outcome, rank
        """,
        {"minimum": marts.min_cell_size},
    )
    return Table("drivers", DRIVER_COLUMNS, rows)


def _effect(place: str) -> str:
    rows = f"sum(row_count) filter (place = '{place}')"
    return (
        f"case when {rows} >= $minimum "
        f"then exp(sum(row_count * contribution) filter (place = '{place}') / {rows}) end"
    )


def lifetime_months(marts: Marts) -> Table:
    """Purchases of each month beside what a model fitted earlier expected."""
    rows = marts.rows(
        f"""
        select
            cast(part as date),
            case when is_unseen then 'yes' else 'no' end,
            purchases,
            round(expected_purchases)
        from {marts.relation("lifetime_checks")}
        where
            kind = 'month'
            and purpose = (
                select min(purpose) from {marts.relation("lifetime_checks")} where kind = 'month'
            )
        order by 1
        """
    )
    few = marts.min_cell_size
    return Table(
        "lifetime_months",
        MONTH_COLUMNS,
        [row if row[2] == 0 or row[2] >= few else (*row[:2], HIDDEN, row[3]) for row in rows],
    )


def lifetime_repeats(marts: Marts) -> Table:
    """Purchases since an earlier day by the repeats up to it, beside what was expected."""
    rows = marts.rows(
        f"""
        select
            case when part = '7' then '7+' else part end,
            customers,
            purchases,
            round(expected_purchases)
        from {marts.relation("lifetime_checks")}
        where kind = 'frequency'
        order by cast(part as int)
        """
    )
    few = marts.min_cell_size
    return Table(
        "lifetime_repeats",
        REPEAT_COLUMNS,
        [row if min(row[1], row[2]) >= few else (row[0], HIDDEN, HIDDEN, HIDDEN) for row in rows],
    )


def bands_chart(words: Words) -> dict[str, Any]:
    """Histogram of the probabilities."""
    return spec(
        chart("churn_bands", height=260)
        .mark_bar()
        .encode(
            x=alt.X(
                "probability_from:O",
                title=words("axis.churn_probability"),
                axis=alt.Axis(format=".0%", labelAngle=0),
                # All tenths, also those whose customers are hidden.
                scale=alt.Scale(domain=list(BANDS), paddingInner=0.05),
            ),
            y=alt.Y("customers:Q", title=words("column.customers")),
            tooltip=[
                alt.Tooltip("probability_from:Q", title=words("axis.from"), format=".0%"),
                alt.Tooltip("probability_to:Q", title=words("axis.to"), format=".0%"),
                alt.Tooltip("customers:Q", title=words("column.customers"), format=","),
            ],
        )
    )


def contacts_chart(words: Words) -> dict[str, Any]:
    """Draw the customers at or above each probability."""
    base = chart("churn_contacts", height=280).encode(
        x=alt.X(
            "probability_from:Q",
            title=words("axis.threshold"),
            axis=alt.Axis(format="%", values=[0.1 * step for step in range(10)]),
        ),
        y=alt.Y("customers:Q", title=words("axis.to_contact")),
        tooltip=[
            alt.Tooltip("probability_from:Q", title=words("axis.threshold"), format=".0%"),
            alt.Tooltip("customers:Q", title=words("axis.to_contact"), format=","),
            alt.Tooltip("expected_leavers:Q", title=words("column.expected_leavers"), format=","),
            alt.Tooltip("at_risk_value:Q", title=words("column.at_risk_value"), format=",.0f"),
        ],
    )
    return spec(
        alt.layer(
            base.mark_line(interpolate="linear", point=alt.OverlayMarkDef(size=60)),
            # Every other number, or they overlap on a narrow screen.
            base.transform_filter("round(10 * datum.probability_from) % 2 === 0")
            .mark_text(dy=-12, dx=4, align="left", fontSize=11)
            .encode(text=alt.Text("customers:Q", format=",")),
        )
    )


def grid_chart(words: Words) -> dict[str, Any]:
    """Risk against value: the darker a cell, the more revenue is at risk."""
    base = chart("risk_value_grid", height=240).encode(
        x=alt.X(
            "value_class_label:N",
            title=words("column.value_class"),
            sort=[words(f"value.value_class.{name}") for name in (*VALUES, NO_VALUE)],
            axis=alt.Axis(labelAngle=0),
        ),
        y=alt.Y(
            "risk_label:N",
            title=words("column.risk"),
            sort=[words(f"value.risk.{name}") for name in reversed(RISKS)],
        ),
        tooltip=[
            alt.Tooltip("risk_label:N", title=words("column.risk")),
            alt.Tooltip("value_class_label:N", title=words("column.value_class")),
            alt.Tooltip("customers:Q", title=words("column.customers"), format=","),
            alt.Tooltip("at_risk_value:Q", title=words("column.at_risk_value"), format=",.0f"),
        ],
    )
    cells = base.mark_rect(cornerRadius=4).encode(
        color=alt.Color(
            "at_risk_value:Q",
            title=words("column.at_risk_value"),
            scale=alt.Scale(range=["#DCEAF4", "#0072B2"]),
            legend=None,
        )
    )
    dark = "datum.at_risk_value > 0.75 * datum.most"
    numbers = (
        base.transform_joinaggregate(most="max(at_risk_value)")
        .transform_filter("isValid(datum.customers)")
        .mark_text(fontSize=15, fontWeight="bold")
    )
    few = base.transform_filter("!isValid(datum.customers)").mark_text(fontSize=20)
    return spec(
        alt.layer(
            cells,
            numbers.encode(
                text=alt.Text("customers:Q", format=","),
                color=alt.condition(dark, alt.value("#ffffff"), alt.value("#14202b")),
            ),
            few.encode(text=alt.value("·")),
        )
    )


def calibration_chart(words: Words) -> dict[str, Any]:
    """Share with the outcome by mean probability, and the line on which both are equal."""
    base = chart("score_deciles", height=300)
    x = alt.X("mean_probability:Q", title=words("column.mean_probability"), axis=_percent())
    y = alt.Y("outcome_share:Q", title=words("column.outcome_share"), axis=_percent())
    diagonal = base.mark_line(
        strokeDash=[6, 4], strokeWidth=1.5, color=GREY, interpolate="linear"
    ).encode(x=x, y=alt.Y("mean_probability:Q"), order="mean_probability:Q")
    points = base.mark_point(size=90, opacity=1).encode(x=x, y=y, **_outcome(words))
    return spec(alt.layer(diagonal, points))


def lift_chart(words: Words) -> dict[str, Any]:
    """Lift by tenth, with the rule of chance."""
    base = chart("score_deciles", height=260)
    bars = base.mark_bar().encode(
        x=alt.X("decile:O", title=words("axis.decile"), axis=alt.Axis(labelAngle=0)),
        xOffset="outcome:N",
        y=alt.Y("lift:Q", title=words("column.lift")),
        **_outcome(words),
    )
    return spec(alt.layer(bars, *constant_limit(base, 1, words("limit.chance"))))


def gains_chart(words: Words) -> dict[str, Any]:
    """Share of those with the outcome that are found by share of the customers contacted."""
    base = chart("score_deciles", height=300)
    x = alt.X(
        "customers_share_so_far:Q", title=words("column.customers_share_so_far"), axis=_percent()
    )
    y = alt.Y("gain:Q", title=words("column.gain"), axis=_percent())
    diagonal = base.mark_line(strokeDash=[6, 4], strokeWidth=1.5, color=GREY).encode(
        x=x, y=alt.Y("customers_share_so_far:Q")
    )
    curve = base.mark_line(point=True).encode(x=x, y=y, **_outcome(words))
    return spec(alt.layer(diagonal, curve))


def drivers_chart(words: Words) -> dict[str, Any]:
    """How the strongest features multiply the odds of leaving below and above the typical value."""
    places = {"odds_below": PALETTE[0], "odds_above": PALETTE[1]}
    names = [words(f"column.{field}") for field in places]
    base = (
        chart("drivers", height=34 * DRIVERS)
        .transform_filter("datum.outcome === 'churn'")
        .transform_fold(list(places), as_=["place", "odds"])
        .transform_filter("isValid(datum.odds)")
        .transform_calculate(
            place_label=lookup(dict(zip(places, names, strict=True)), "place"), one="1"
        )
    )
    y = alt.Y(
        "feature_label:N",
        title=None,
        sort=alt.EncodingSortField("rank", op="min", order="ascending"),
    )
    x = alt.X(
        "odds:Q",
        title=words("axis.odds"),
        scale=alt.Scale(type="log", nice=False, padding=20),
        axis=alt.Axis(format="~g", tickCount=6),
    )
    points = base.mark_point(size=110, opacity=1).encode(
        x=x,
        y=y,
        color=alt.Color(
            "place_label:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(places.values())),
        ),
        shape=alt.Shape("place_label:N", title=None, scale=alt.Scale(domain=names)),
        tooltip=[
            alt.Tooltip("feature_label:N", title=words("column.feature")),
            alt.Tooltip("typical_figure:Q", title=words("column.typical_figure"), format=",.3~f"),
            alt.Tooltip("place_label:N", title=words("axis.place")),
            alt.Tooltip("odds:Q", title=words("axis.odds"), format=".2f"),
        ],
    )
    stems = base.mark_rule(strokeWidth=1.5).encode(
        x=x,
        x2="one:Q",
        y=y,
        color=alt.Color("place_label:N", scale=alt.Scale(domain=names)),
    )
    one = base.mark_rule(strokeDash=[6, 4], strokeWidth=1.5).encode(x=alt.datum(1))
    return spec(alt.layer(one, stems, points))


def months_chart(words: Words) -> dict[str, Any]:
    """Purchases by month, counted and expected."""
    measures = {"purchases": PALETTE[0], "expected_purchases": PALETTE[1]}
    names = [words(f"column.{field}") for field in measures]
    base = chart("lifetime_months", height=280)
    lines_ = (
        base.transform_fold(list(measures), as_=["measure", "figure"])
        .transform_calculate(
            measure_label=lookup(dict(zip(measures, names, strict=True)), "measure")
        )
        .mark_line(point=alt.OverlayMarkDef(size=35))
        .encode(
            x=alt.X("month:T", title=None),
            y=alt.Y("figure:Q", title=words("column.purchases")),
            color=alt.Color(
                "measure_label:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(measures.values())),
            ),
            strokeDash=alt.StrokeDash(
                "measure_label:N",
                title=None,
                scale=alt.Scale(domain=names, range=[[1, 0], [6, 3]]),
            ),
            tooltip=[
                alt.Tooltip("month:T", title=words("column.month"), format="%Y-%m"),
                alt.Tooltip("measure_label:N", title=words("axis.measure")),
                alt.Tooltip("figure:Q", title=words("column.purchases"), format=","),
            ],
        )
    )
    unseen = base.transform_filter("datum.is_unseen === 'yes'")
    start = unseen.mark_rule(strokeDash=[6, 4], strokeWidth=1.5).encode(x=alt.X("min(month):T"))
    label = unseen.mark_text(align="right", baseline="bottom", dx=-5, fontSize=11).encode(
        x=alt.X("min(month):T"), y=alt.value("height"), text=alt.value(words("limit.unseen"))
    )
    return spec(alt.layer(lines_, start, label))


def repeats_chart(words: Words) -> dict[str, Any]:
    """Purchases by class of repeats, counted and expected."""
    measures = {"purchases": PALETTE[0], "expected_purchases": PALETTE[1]}
    names = [words(f"column.{field}") for field in measures]
    return spec(
        chart("lifetime_repeats", height=260)
        .transform_fold(list(measures), as_=["measure", "figure"])
        .transform_calculate(
            measure_label=lookup(dict(zip(measures, names, strict=True)), "measure")
        )
        .mark_bar()
        .encode(
            x=alt.X(
                "repeats:N", title=words("axis.repeats"), sort=None, axis=alt.Axis(labelAngle=0)
            ),
            xOffset=alt.XOffset("measure_label:N", sort=names),
            y=alt.Y("figure:Q", title=words("column.purchases")),
            color=alt.Color(
                "measure_label:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(measures.values())),
            ),
            tooltip=[
                alt.Tooltip("repeats:N", title=words("axis.repeats")),
                alt.Tooltip("measure_label:N", title=words("axis.measure")),
                alt.Tooltip("figure:Q", title=words("column.purchases"), format=","),
            ],
        )
    )


def _outcome(words: Words) -> dict[str, Any]:
    """Colour, shape and tooltip of a chart of both outcomes."""
    names = [words("value.outcome.churn"), words("value.outcome.purchase")]
    scale = alt.Scale(domain=names, range=[PALETTE[1], PALETTE[0]])
    return {
        "color": alt.Color("outcome_label:N", title=None, scale=scale),
        "tooltip": [
            alt.Tooltip("outcome_label:N", title=words("column.outcome")),
            alt.Tooltip("decile:O", title=words("column.decile")),
            alt.Tooltip("customers:Q", title=words("column.customers"), format=","),
            alt.Tooltip("mean_probability:Q", title=words("column.mean_probability"), format=".0%"),
            alt.Tooltip("outcome_share:Q", title=words("column.outcome_share"), format=".0%"),
            alt.Tooltip("lift:Q", title=words("column.lift"), format=".2f"),
            alt.Tooltip("gain:Q", title=words("column.gain"), format=".0%"),
        ],
    }


def _percent() -> alt.Axis:
    return alt.Axis(format="%", tickCount=6)


def _classes(expression: str, edges: dict[str, str], *, first: str | None = None) -> str:
    """Write the case expression that names the highest class whose edge is reached."""
    whens = [f"when {expression} >= {edge} then '{name}'" for name, edge in reversed(edges.items())]
    return f"case {' '.join(whens)} {f'''else '{first}' ''' if first else ''}end"


def _risk(band: float) -> str:
    return [name for name, edge in RISKS.items() if band >= edge][-1]


def _choices(cells: Iterable[Cell]) -> list[tuple[str, str]]:
    """Choices of filters, the total first."""
    return sorted({key[:2] for key in cells}, key=lambda choice: (choice != (ALL, ALL), choice))


def _money(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
