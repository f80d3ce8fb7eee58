"""Stability and drift: can today's segmentation be trusted, and what has moved."""

from datetime import date
from typing import Any

import altair as alt

from coterie.dashboard.blocks import (
    Answer,
    Chart,
    Column,
    Heading,
    Listing,
    Missing,
    Page,
    Prose,
    Table,
)
from coterie.dashboard.charts import PALETTE, chart, spec
from coterie.dashboard.limits import called, constant_limit, lookup
from coterie.dashboard.marts import Marts
from coterie.dashboard.pages.choice_of_k import accepted_model
from coterie.dashboard.trust import Verdict, judge
from coterie.dashboard.words import Words

KEY = "stability_and_drift"

# Features drawn: those nearest to their limit or beyond it.
FEATURES = 15
# Gates that every stored table has: one line for all of them.
OF_EVERY_TABLE = ("is_of_this_build", "key_is_unique")

SIGN_COLUMNS = (
    Column("sign", "text", labels="sign"),
    Column("figure", "number"),
    Column("bound", "text", labels="bound"),
    Column("limit", "number"),
    Column("state", "text", labels="state"),
)
GATE_COLUMNS = (
    Column("gate", "text", labels="gate"),
    Column("state", "text", labels="gate_state"),
    Column("gates", "integer"),
    Column("figure", "number"),
    Column("limit", "number"),
)
HEALTH_COLUMNS = (
    Column("data_until", "date"),
    Column("publication_id", "integer"),
    Column("customers", "integer"),
    Column("share_psi", "number"),
    Column("share_psi_limit", "number"),
    Column("stayer_share", "share"),
    Column("stayer_share_min", "share"),
    Column("features_drifted", "integer"),
    Column("verdict_of_build", "text"),
)
DRIFT_COLUMNS = (
    Column("feature", "text", labels="feature"),
    Column("state", "text", labels="drift_state"),
    Column("last_psi", "number"),
    Column("last_limit", "number"),
    Column("training_psi", "number"),
    Column("training_limit", "number"),
    Column("customers", "integer"),
    Column("is_drawn", "text", labels="yes_no"),
)
SCORE_COLUMNS = (
    Column("outcome", "text", labels="outcome"),
    Column("psi", "number"),
    Column("psi_limit", "number"),
    Column("state", "text", labels="drift_state"),
    Column("mean_probability_then", "share"),
    Column("mean_probability", "share"),
    Column("evaluation_date", "date"),
    Column("customers", "integer"),
)


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page; what a mart does not hold is said to be missing."""
    blocks: list[Any] = list(verdict_sentences(verdict(marts), words))
    tables: list[Table] = []
    for part in (_signs, _drift, _scores, _gates):
        part_blocks, part_tables = part(marts, words)
        blocks += part_blocks
        tables += part_tables
    return Page(KEY, tuple(blocks)), tables


def verdict(marts: Marts) -> Verdict:
    """Judge the segmentation of the last publication, and the newest build if it was refused."""
    model = accepted_model(marts) if marts.has("segment_models") else {}
    return judge(newest_checks(marts), marts.publication["publication_id"], health(marts), model)


def newest_checks(marts: Marts) -> list[dict[str, Any]]:
    """Gates of the newest build that got as far as them."""
    if not marts.has("publication_checks", "publication"):
        return []
    checks = marts.relation("publication_checks", "publication")
    return marts.records(
        f"""
        select publication_id, check_name, figure, check_limit, is_passed, words
        from {checks}
        where publication_id = (select max(publication_id) from {checks})
        order by is_passed, check_name
        """
    )


def health(marts: Marts) -> dict[str, Any] | None:
    """Row of segment_health of the last publication."""
    if not marts.has("segment_health"):
        return None
    rows = marts.records(
        f"select * from {marts.relation('segment_health')} where publication_id = ?",
        [marts.publication["publication_id"]],
    )
    return rows[0] if rows else None


def verdict_sentences(verdict: Verdict, words: Words, *, page: str = "") -> list[Any]:
    """Say the verdict in one sentence, and what else there is to say in one each."""
    first, *further = _causes(verdict)
    values = _said(verdict, words)
    tone = "good" if verdict.level == "yes" else "watch"
    return [
        Answer(
            "answer.trust",
            f"trust.{first}",
            page,
            values,
            tone,
            f"trust.headline.{verdict.level}",
        ),
        *(Prose(f"trust.{cause}", values) for cause in further),
    ]


def _causes(verdict: Verdict) -> list[str]:
    stable = verdict.figures["jaccard_min"] is not None
    cause = verdict.cause
    if cause in ("first", "nothing", "new_model") and not stable:
        cause = "passed"
    if cause == "nothing" and verdict.figures.get("stayer_share") is None:
        cause = "passed"
    return [cause, *(f"also_{further}" for further in verdict.also)]


def _said(verdict: Verdict, words: Words) -> dict[str, str]:
    figures = verdict.figures
    failed = [called(words, "gate", name) for name in figures["failed_checks"]]
    return {
        "checks": words.integer(figures["checks"]),
        "failed": words.integer(figures["failed"]),
        "gate": failed[0] if failed else "",
        "jaccard": _number(words, figures.get("jaccard_min")),
        "stayers": _share(words, figures.get("stayer_share")),
        "stayers_min": _share(words, figures.get("stayer_share_min")),
        "names": ", ".join(
            called(words, "feature", name)
            for name in (figures.get("drifted_features") or "").split(", ")
            if name
        ),
        "sources": figures.get("stopped_sources") or "",
        "date": _day(words, figures.get("as_of_date")),
        "last_date": _day(words, figures.get("last_as_of_date")),
    }


def _signs(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    del words
    table = sign_table(marts)
    if not table.rows:
        return [Missing("segment_health", "dbt build")], []
    return [Listing(table.name, "trust_signs")], [table]


def sign_table(marts: Marts) -> Table:
    """Figures that the trust rests on, each beside its limit."""
    model = accepted_model(marts) if marts.has("segment_models") else {}
    judged_by = model.get("limits", {})
    now = health(marts) or {}
    features_max = None
    for check in newest_checks(marts):
        if check["check_name"] == "features_did_not_drift":
            features_max = check["check_limit"]
    signs = (
        ("jaccard_min", model.get("jaccard_min"), "at_least", judged_by.get("jaccard_min")),
        ("ari_resamples", model.get("ari_resamples"), "at_least", judged_by.get("ari_min")),
        (
            "surrogate_fidelity",
            model.get("surrogate_fidelity"),
            "at_least",
            judged_by.get("fidelity_min"),
        ),
        (
            "silhouette_gap",
            model.get("silhouette_gap"),
            "at_least",
            judged_by.get("silhouette_gap_min"),
        ),
        ("stayer_share", now.get("stayer_share"), "at_least", now.get("stayer_share_min")),
        ("share_psi", now.get("share_psi"), "at_most", now.get("share_psi_limit")),
        ("features_drifted", now.get("features_drifted"), "at_most", features_max),
        (
            "unassigned_share",
            now.get("unassigned_share"),
            "at_most",
            judged_by.get("unassigned_max"),
        ),
    )
    if not model and not now:
        return Table("trust_signs", SIGN_COLUMNS, [])
    if now and now["last_as_of_date"] is None:
        # The first publication has nothing to have drifted from.
        signs = tuple(
            (name, None if name == "features_drifted" else figure, bound, limit)
            for name, figure, bound, limit in signs
        )
    rows = [
        (name, figure, bound if limit is not None else None, limit, _state(figure, bound, limit))
        for name, figure, bound, limit in signs
    ]
    return Table("trust_signs", SIGN_COLUMNS, rows)


def _state(figure: float | None, bound: str, limit: float | None) -> str:
    if figure is None:
        return "not_yet"
    if limit is None:
        return "no_limit"
    keeps = figure >= limit if bound == "at_least" else figure <= limit
    return "within" if keeps else "beyond"


def _drift(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    blocks: list[Any] = [Heading("drift")]
    tables: list[Table] = []
    if not marts.has("segment_health"):
        return [*blocks, Missing("segment_health", "dbt build")], []
    history = health_table(marts)
    if any(row[3] is not None or row[5] is not None for row in history.rows):
        tables.append(history)
        blocks += [
            Chart(history.name, share_psi_chart(words), "share_psi", is_half=True),
            Chart(history.name, stayers_chart(words), "stayers", is_half=True),
        ]
    else:
        blocks.append(Prose("stability.nothing_to_compare"))
        if len(history.rows) > 1:
            tables.append(history)
            blocks.append(Listing(history.name, "health_history"))
    drift = feature_table(marts) if marts.columns("feature_drift") else None
    if drift is None:
        blocks.append(Missing("feature_drift", "dbt build"))
    elif drift.rows:
        tables.append(drift)
        blocks.append(
            Chart(drift.name, feature_chart(words, min(len(drift.rows), FEATURES)), "feature_drift")
        )
    elif len(history.rows) > 1:
        blocks.append(Prose("stability.no_features"))
    return blocks, tables


def health_table(marts: Marts) -> Table:
    """Every publication that is kept, and how it compares with the one before."""
    rows = marts.rows(
        f"""
        select
            as_of_date, publication_id, customers, share_psi, share_psi_limit, stayer_share,
            stayer_share_min, features_drifted, verdict
        from {marts.relation("segment_health")}
        order by publication_id
        """
    )
    return Table("health_history", HEALTH_COLUMNS, rows)


def feature_table(marts: Marts) -> Table:
    """How far each feature has moved at the last publication, the farthest first.

    Far is the larger of both indexes as a multiple of its limit.
    """
    rows = marts.rows(
        f"""
        with drift as (
            select
                *,
                greatest(
                    coalesce(last_psi / nullif(last_limit, 0), 0),
                    coalesce(training_psi / nullif(training_limit, 0), 0)
                ) as distance
            from {marts.relation("feature_drift")}
            where publication_id = ?
        )

        select
            feature,
            case
                when has_collapsed then 'collapsed'
                when has_drifted_since_last or has_drifted_since_training then 'drifted'
                when last_psi is null and training_psi is null then 'not_judged'
                else 'within'
            end,
            last_psi,
            last_limit,
            training_psi,
            training_limit,
            customers,
            case
                when row_number() over (order by distance desc, feature) <= {FEATURES} then 'yes'
                else 'no'
            end
        from drift
        order by distance desc, feature
        """,
        [marts.publication["publication_id"]],
    )
    return Table("feature_drift", DRIFT_COLUMNS, rows)


def _scores(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    blocks: list[Any] = [Heading("score_drift")]
    if not marts.has("score_drift"):
        return [*blocks, Missing("score_drift", "dbt build")], []
    table = score_table(marts)
    drifted = [row[0] for row in table.rows if row[3] == "drifted"]
    key = "stability.scores_drifted" if drifted else "stability.scores_steady"
    names = ", ".join(called(words, "outcome", name) for name in drifted)
    blocks.append(Prose(key, {"outcomes": names} if drifted else {}))
    blocks.append(Chart(table.name, score_chart(words, len(table.rows)), "score_drift"))
    return blocks, [table]


def score_table(marts: Marts) -> Table:
    """Whether the probabilities are spread as on the day that their model was judged on."""
    rows = marts.rows(
        f"""
        select
            outcome, psi, psi_limit, case when has_drifted then 'drifted' else 'within' end,
            mean_probability_then, mean_probability, evaluation_date, customers
        from {marts.relation("score_drift")}
        where least(customers, customers_then) >= ?
        order by outcome
        """,
        [marts.min_cell_size],
    )
    return Table("score_drift", SCORE_COLUMNS, rows)


def _gates(marts: Marts, words: Words) -> tuple[list[Any], list[Table]]:
    del words
    blocks: list[Any] = [Heading("gates")]
    table = gate_table(marts)
    if not table.rows:
        return [*blocks, Missing("publication_checks", "dbt build")], []
    return [*blocks, Listing(table.name, "gates")], [table]


def gate_table(marts: Marts) -> Table:
    """Gates of the newest build, failed ones first; those of every stored table in one line."""
    rows: dict[str, list[Any]] = {}
    for check in newest_checks(marts):
        name = check["check_name"]
        for suffix in OF_EVERY_TABLE:
            if name.endswith(f"_store_{suffix}"):
                name = f"every_table_{suffix}"
        row = rows.setdefault(name, [name, "passed", 0, 0.0, check["check_limit"]])
        row[2] += 1
        row[3] = max(row[3], check["figure"] or 0.0)
        if not check["is_passed"]:
            row[1] = "failed"
    ordered = sorted(rows.values(), key=lambda row: (row[1] == "passed", row[0]))
    return Table("gates", GATE_COLUMNS, [tuple(row) for row in ordered])


def share_psi_chart(words: Words) -> dict[str, Any]:
    """Index of the segments' shares by publication, with its limit."""
    return spec(
        _over_time(words, "share_psi", "share_psi_limit", words("limit.psi"), percent=False)
    )


def stayers_chart(words: Words) -> dict[str, Any]:
    """Share of the customers who kept their segment, with the least that passes."""
    return spec(
        _over_time(words, "stayer_share", "stayer_share_min", words("limit.stayers"), percent=True)
    )


def _over_time(
    words: Words, field: str, limit: str, label: str, *, percent: bool
) -> alt.LayerChart:
    """One figure of each publication, joined, and its limit, which need not be the same twice."""
    axis = alt.Axis(format="%") if percent else alt.Axis()
    written = ".1%" if percent else ".3f"
    base = (
        chart("health_history", height=240)
        .transform_filter(f"isValid(datum.{field})")
        .encode(
            x=alt.X("data_until:O", title=words("column.data_until"), axis=alt.Axis(labelAngle=0)),
            tooltip=[
                alt.Tooltip("data_until:O", title=words("column.data_until")),
                alt.Tooltip(f"{field}:Q", title=words(f"column.{field}"), format=written),
                alt.Tooltip(f"{limit}:Q", title=words(f"column.{limit}"), format=written),
            ],
        )
    )
    return alt.layer(
        base.mark_line(point=alt.OverlayMarkDef(size=90)).encode(
            y=alt.Y(f"{field}:Q", title=words(f"column.{field}"), axis=axis)
        ),
        base.mark_tick(thickness=2, bandSize=60, color=PALETTE[1]).encode(y=alt.Y(f"{limit}:Q")),
        base.transform_window(from_last="rank()", sort=[alt.SortField("data_until", "descending")])
        .transform_filter("datum.from_last === 1")
        .mark_text(baseline="top", dy=5, fontSize=11)
        .encode(y=alt.Y(f"{limit}:Q"), text=alt.value(label)),
    )


def feature_chart(words: Words, features: int) -> dict[str, Any]:
    """Index of the features that moved most, as a multiple of its limit."""
    measures = {"last": PALETTE[0], "training": PALETTE[4]}
    names = [words("mark.since_last"), words("mark.since_training")]
    base = (
        chart("feature_drift", height=26 * features)
        .transform_filter("datum.is_drawn === 'yes'")
        .transform_calculate(
            last="datum.last_psi / datum.last_limit",
            training="datum.training_psi / datum.training_limit",
        )
        .transform_fold(list(measures), as_=["measure", "multiple"])
        .transform_filter("isFinite(datum.multiple)")
        .transform_calculate(
            measure_label=lookup(dict(zip(measures, names, strict=True)), "measure")
        )
    )
    y = alt.Y("feature_label:N", title=None, sort="-x")
    bars = base.mark_bar().encode(
        x=alt.X("multiple:Q", title=words("axis.multiple_of_limit"), stack=None),
        y=y,
        yOffset=alt.YOffset("measure_label:N", sort=names),
        color=alt.Color(
            "measure_label:N",
            title=None,
            scale=alt.Scale(domain=names, range=list(measures.values())),
        ),
        tooltip=[
            alt.Tooltip("feature_label:N", title=words("column.feature")),
            alt.Tooltip("measure_label:N", title=words("axis.measure")),
            alt.Tooltip("multiple:Q", title=words("axis.multiple_of_limit"), format=".2f"),
            alt.Tooltip("state_label:N", title=words("column.state")),
        ],
    )
    return spec(
        alt.layer(bars, *constant_limit(chart("feature_drift"), 1, words("limit.limit"), axis="x"))
    )


def score_chart(words: Words, scores: int) -> dict[str, Any]:
    """Index of the scores, as a multiple of its limit."""
    bars = (
        chart("score_drift", height=40 * scores)
        .transform_calculate(multiple="datum.psi / datum.psi_limit")
        .mark_bar()
        .encode(
            x=alt.X("multiple:Q", title=words("axis.multiple_of_limit")),
            y=alt.Y("outcome_label:N", title=None),
            tooltip=[
                alt.Tooltip("outcome_label:N", title=words("column.outcome")),
                alt.Tooltip("psi:Q", title=words("column.psi"), format=".3f"),
                alt.Tooltip("psi_limit:Q", title=words("column.psi_limit"), format=".3f"),
                alt.Tooltip("state_label:N", title=words("column.state")),
            ],
        )
    )
    return spec(
        alt.layer(bars, *constant_limit(chart("score_drift"), 1, words("limit.limit"), axis="x"))
    )


def _number(words: Words, value: float | None) -> str:
    return "" if value is None else words.number(value)


def _day(words: Words, value: date | None) -> str:
    return "" if value is None else words.day(value)


def _share(words: Words, value: float | None) -> str:
    return "" if value is None else words.share(value)
