"""Choice of k: how many segments there are, what was tried, and why this number was taken."""

import json
from typing import Any

import altair as alt

from coterie.dashboard.blocks import Chart, Column, Heading, Listing, Missing, Page, Prose, Table
from coterie.dashboard.charts import GREY, PALETTE, chart, spec
from coterie.dashboard.limits import called, limit_label, limit_rule, lookup
from coterie.dashboard.marts import Marts
from coterie.dashboard.words import Words

KEY = "choice_of_k"

TRIAL_COLUMNS = (
    Column("algorithm", "text", labels="algorithm"),
    Column("encoder", "text"),
    Column("k", "integer"),
    Column("trial_outcome", "text", labels="trial_outcome"),
    Column("rows_fitted", "integer"),
    Column("inertia", "number"),
    Column("silhouette", "number"),
    Column("silhouette_null", "number"),
    Column("silhouette_gap", "number"),
    Column("silhouette_gap_limit", "number"),
    Column("davies_bouldin", "number"),
    Column("jaccard_min", "number"),
    Column("jaccard_limit", "number"),
    Column("ari_resamples", "number"),
    Column("ari_limit", "number"),
    Column("smallest_share", "share"),
    Column("surrogate_fidelity", "share"),
    Column("is_elbow", "text", labels="yes_no"),
    Column("reason_of_build", "text"),
)
MODEL_COLUMNS = (
    Column("model_version", "text"),
    Column("data_until", "date"),
    Column("algorithm", "text", labels="algorithm"),
    Column("segment_count", "integer"),
    Column("model_status", "text", labels="model_status"),
    Column("decision_of_build", "text"),
)


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page; what a mart does not hold is said to be missing."""
    for model in ("segment_models", "segment_trials"):
        if not marts.has(model):
            return Page(KEY, (Missing(model, "dbt build"),)), []
    trials, models = trial_table(marts), model_table(marts)
    if not models.rows:
        return Page(KEY, (Missing("segment_models", "dbt build"),)), []
    blocks: list[Any] = list(decision(accepted_model(marts), trials, words))
    if trials.rows:
        blocks += [
            Chart(trials.name, stability(words), "k_stability"),
            Chart(trials.name, silhouette(words), "k_silhouette"),
            Chart(trials.name, elbow(words), "k_elbow", is_half=True),
            Chart(trials.name, davies_bouldin(words), "k_davies_bouldin", is_half=True),
        ]
    else:
        blocks.append(Missing("segment_trials", "dbt build"))
    blocks += [Heading("k_rounds"), Listing(models.name, "segment_models")]
    return Page(KEY, tuple(blocks)), [trials, models] if trials.rows else [models]


def accepted_model(marts: Marts) -> dict[str, Any]:
    """Read the model in force with the limits it was judged by; empty without one."""
    columns = (
        "model_version", "algorithm", "encoder", "segment_count", "verdict", "jaccard_min",
        "ari_resamples", "surrogate_fidelity", "silhouette", "silhouette_gap",
    )  # fmt: skip
    rows = marts.rows(
        f"select {', '.join(columns)} from {marts.relation('segment_models')} "
        "where status = 'accepted' order by decision_number desc limit 1"
    )
    if not rows:
        return {}
    model = dict(zip(columns, rows[0], strict=True))
    return {**model, "limits": limits(marts, model["model_version"])}


def limits(marts: Marts, model_version: str) -> dict[str, float]:
    """Limits that a model was judged by, as its round recorded them; empty where it did not."""
    if not marts.has("segment_model_log", "segmentation"):
        return {}
    rows = marts.rows(
        f"select settings from {marts.relation('segment_model_log', 'segmentation')} "
        "where model_version = ? and settings is not null order by decision_number limit 1",
        [model_version],
    )
    return json.loads(rows[0][0]) if rows else {}


def model_table(marts: Marts) -> Table:
    """Every model that was ever trained, with its decision as the build wrote it."""
    rows = marts.rows(
        "select left(model_version, 8), as_of_date, algorithm, segment_count, status, decision "
        f"from {marts.relation('segment_models')} order by decision_number desc, model_version"
    )
    return Table("segment_models", MODEL_COLUMNS, rows)


def trial_table(marts: Marts) -> Table:
    """Read what was tried in the round of the model in force, one row per algorithm and k.

    The outcome says the reason in one word, so that it can be said in either language.
    """
    model = accepted_model(marts)
    if not model:
        return Table("segment_trials", TRIAL_COLUMNS, [])
    judged_by = model["limits"]
    rows = marts.rows(
        f"""
        select
            algorithm,
            coalesce(encoder, 'none') as encoder,
            k,
            case
                when is_chosen then 'chosen'
                when is_eligible then 'eligible'
                when is_examined then 'refused'
                when reason like 'Not examined: in %' then 'unstable'
                when reason like 'Not examined%' then 'not_examined'
                else 'comparison'
            end as trial_outcome,
            rows_fitted,
            inertia,
            silhouette,
            silhouette_null,
            silhouette_gap,
            cast($gap_limit as double) as silhouette_gap_limit,
            davies_bouldin,
            jaccard_min,
            cast($jaccard_limit as double) as jaccard_limit,
            ari_resamples,
            cast($ari_limit as double) as ari_limit,
            smallest_share,
            surrogate_fidelity,
            case when is_elbow then 'yes' else 'no' end as is_elbow,
            reason
        from {marts.relation("segment_trials")}
        where model_version = $model_version
        order by algorithm, encoder, k
        """,
        {
            "gap_limit": judged_by.get("silhouette_gap_min"),
            "jaccard_limit": judged_by.get("jaccard_min"),
            "ari_limit": judged_by.get("ari_min"),
            "model_version": model["model_version"],
        },
    )
    return Table("segment_trials", TRIAL_COLUMNS, rows)


def decision(model: dict[str, Any], trials: Table, words: Words) -> list[Prose]:
    """Say what was chosen and why."""
    if not model:
        return [Prose("choice_of_k.no_model")]
    if model["algorithm"] == "rules":
        return [Prose("choice_of_k.rules", {"count": words.integer(model["segment_count"])})]
    judged_by = model["limits"]
    sentences = [
        Prose(
            "choice_of_k.chosen",
            {
                "count": words.integer(model["segment_count"]),
                "algorithm": called(words, "algorithm", model["algorithm"]),
                "jaccard": words.number(model["jaccard_min"]),
                "ari": words.number(model["ari_resamples"]),
                "fidelity": words.share(model["surrogate_fidelity"]),
            },
        )
    ]
    if {"jaccard_min", "ari_min", "fidelity_min"} <= set(judged_by):
        sentences.append(
            Prose(
                "choice_of_k.limits",
                {
                    "jaccard": words.number(judged_by["jaccard_min"]),
                    "ari": words.number(judged_by["ari_min"]),
                    "fidelity": words.share(judged_by["fidelity_min"]),
                },
            )
        )
    if model["verdict"] and model["silhouette_gap"] is not None:
        is_separate = model["verdict"] == "separate groups"
        sentences.append(
            Prose(
                "choice_of_k.separate" if is_separate else "choice_of_k.continuum",
                {
                    "silhouette": words.number(model["silhouette"]),
                    "gap": words.number(model["silhouette_gap"]),
                },
            )
        )
    keys = [column.key for column in trials.columns]
    wanted = (model["algorithm"], model["encoder"] or "none", model["segment_count"] + 1)
    for row in trials.rows:
        trial = dict(zip(keys, row, strict=True))
        if (trial["algorithm"], trial["encoder"], trial["k"]) == wanted:
            outcome = words(f"value.trial_outcome.{trial['trial_outcome']}")
            values = {"count": words.integer(trial["k"]), "outcome": outcome}
            sentences.append(Prose("choice_of_k.one_more", values))
            break
    return sentences


def elbow(words: Words) -> dict[str, Any]:
    """Inertia by k."""
    return spec(_curve(words, "inertia", zero=True, label_dy=-18))


def silhouette(words: Words) -> dict[str, Any]:
    """Silhouette by k, that of clouds without groups, and the difference with its limit."""
    lines = _measures(
        words,
        {"silhouette": PALETTE[0], "silhouette_null": GREY, "silhouette_gap": PALETTE[1]},
        title=words("axis.silhouette"),
        zero=True,
    )
    return spec(
        alt.layer(
            lines,
            *_limit("silhouette_gap_limit", words("limit.silhouette_gap"), PALETTE[1]),
        )
    )


def davies_bouldin(words: Words) -> dict[str, Any]:
    """Davies-Bouldin index by k."""
    return spec(_curve(words, "davies_bouldin", zero=True, label_dy=20))


def stability(words: Words) -> dict[str, Any]:
    """Jaccard and adjusted Rand index of the trials that were examined, with their limits."""
    measures = {"jaccard_min": PALETTE[0], "ari_resamples": PALETTE[1]}
    return spec(
        alt.layer(
            _measures(words, measures, title=words("axis.agreement"), zero=False),
            *_limit("jaccard_limit", words("limit.jaccard"), PALETTE[0]),
            *_limit("ari_limit", words("limit.ari"), PALETTE[1]),
        )
    )


def _limit(field: str, label: str, colour: str) -> list[Any]:
    base = chart("segment_trials")
    return [
        limit_rule(base, field, colour=colour),
        limit_label(base, field, label),
    ]


def _x(words: Words) -> alt.X:
    return alt.X("k:O", title=words("axis.k"), axis=alt.Axis(labelAngle=0))


def _scale(zero: bool) -> alt.Scale:
    return alt.Scale(zero=True) if zero else alt.Scale(zero=False, padding=18)


def _curve(words: Words, field: str, *, zero: bool, label_dy: int) -> alt.LayerChart:
    """One line for each algorithm and encoder; the chosen k is marked and said."""
    base = chart("segment_trials").encode(
        x=_x(words),
        y=alt.Y(f"{field}:Q", title=words(f"column.{field}"), scale=alt.Scale(zero=zero)),
        detail=["encoder:N"],
        color=alt.Color(
            "algorithm_label:N",
            title=words("column.algorithm"),
            scale=alt.Scale(range=list(PALETTE)),
        ),
        tooltip=[
            alt.Tooltip("algorithm_label:N", title=words("column.algorithm")),
            alt.Tooltip("k:O", title=words("column.k")),
            alt.Tooltip(f"{field}:Q", title=words(f"column.{field}"), format=",.3~f"),
            alt.Tooltip("trial_outcome_label:N", title=words("column.trial_outcome")),
        ],
    )
    return alt.layer(
        base.mark_line(point=True),
        base.transform_filter("datum.trial_outcome === 'chosen'").mark_point(
            size=220, strokeWidth=2.5, filled=False
        ),
        base.transform_filter("datum.trial_outcome === 'chosen'")
        .mark_text(dy=label_dy, fontWeight="bold")
        .encode(text=alt.value(words("mark.chosen"))),
    )


def _measures(words: Words, measures: dict[str, str], *, title: str, zero: bool) -> alt.LayerChart:
    """Several measures of the same scale by k, one colour and shape each."""
    names = [words(f"column.{field}") for field in measures]
    base = (
        chart("segment_trials")
        .transform_fold(list(measures), as_=["measure", "figure"])
        .transform_filter("isValid(datum.figure)")
        .transform_calculate(
            measure_label=lookup(dict(zip(measures, names, strict=True)), "measure")
        )
        .encode(
            x=_x(words),
            y=alt.Y("figure:Q", title=title, scale=_scale(zero)),
            detail=["algorithm:N", "encoder:N"],
            color=alt.Color(
                "measure_label:N",
                title=None,
                scale=alt.Scale(domain=names, range=list(measures.values())),
            ),
            shape=alt.Shape("measure_label:N", title=None, scale=alt.Scale(domain=names)),
            tooltip=[
                alt.Tooltip("algorithm_label:N", title=words("column.algorithm")),
                alt.Tooltip("k:O", title=words("column.k")),
                alt.Tooltip("measure_label:N", title=words("axis.measure")),
                alt.Tooltip("figure:Q", title=title, format=".2f"),
            ],
        )
    )
    return alt.layer(base.mark_line(), base.mark_point(size=60, filled=True))
