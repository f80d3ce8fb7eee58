"""Segments: who is in them, how they grow, what sets them apart, what to do with them."""

from typing import Any

import altair as alt

from coterie.dashboard import activity
from coterie.dashboard.blocks import (
    ALL,
    HIDDEN,
    Block,
    Cards,
    Chart,
    Column,
    Heading,
    Listing,
    Missing,
    Page,
    Prose,
    Table,
)
from coterie.dashboard.charts import (
    PALETTE,
    chart,
    names_expression,
    segment_axis,
    spec,
    values_expression,
)
from coterie.dashboard.cubes import segment_cube, segment_dimensions
from coterie.dashboard.marts import NONE, OTHER, Marts
from coterie.dashboard.pages.overview import MEASURES
from coterie.dashboard.words import LANGUAGES, Words

# Features by which a segment differs most that are shown of each: more of them for eight segments
# do not fit a screen.
FEATURES_EACH = 4
# Known for less than this share of the segment, a few speak for the many (as for its name, var
# segment_trait_known_min).
KNOWN_MIN = 0.5


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page and its tables."""
    if not marts.has("segments"):
        return Page("segments", (Missing("segments", "dbt build"),)), []
    tables = [_personas(marts)]
    blocks: list[Block] = [Cards("segment_personas", "segment_personas", "segment")]
    grown, is_yearly = activity.growth(marts) if marts.has("cohort_retention") else ([], False)
    blocks.append(Heading("segment_growth"))
    if grown:
        tables.append(_growth(marts, grown))
        blocks.append(Prose(f"segments.growth.{'year' if is_yearly else 'quarter'}"))
        blocks.append(Chart("segment_growth", _growth_spec(marts, words), "segment_growth"))
    elif marts.has("cohort_retention"):
        blocks.append(Prose("segments.growth.short"))
    else:
        blocks.append(Missing("cohort_retention", "dbt build"))
    blocks.append(Heading("segment_profile"))
    if marts.has("segment_profiles"):
        tables.append(_profile(marts))
        blocks.append(Chart("segment_profile", _profile_spec(marts, words), "segment_profile"))
    else:
        blocks.append(Missing("segment_profiles", "dbt build"))
    blocks.append(Heading("segment_mix"))
    for name in ("country", "channel"):
        tables.append(_mix(marts, name))
        blocks.append(
            Chart(f"segment_mix_{name}", _mix_spec(marts, words, name), f"mix_{name}", is_half=True)
        )
    if marts.has("customer_dimensions"):
        tables.append(_device_mix(marts))
        blocks.append(Chart("segment_mix_device", _mix_spec(marts, words, "device"), "mix_device"))
    else:
        blocks.append(Missing("customer_dimensions", "dbt build"))
    tables.append(_rules(marts))
    blocks += [Heading("segment_rules"), Listing("segment_rules", "segment_rules")]
    return Page("segments", tuple(blocks)), tables


def _personas(marts: Marts) -> Table:
    sizes = {
        (level, segment): figures
        for country, channel, level, segment, *figures in segment_cube(
            marts, measures=MEASURES, shares=(0, 1)
        )
        if (country, channel) == (ALL, ALL)
    }
    spoken = _spoken(marts)
    rows = []
    for segment in marts.segments:
        name = segment["segment_id"]
        customers, *_, share, revenue_share = sizes.get((segment["level"], name), (0, None, None))
        rows.append(
            (
                segment["level"],
                name,
                customers,
                share,
                revenue_share,
                *spoken.get(name, (None,) * len(SPOKEN)),
            )
        )
    return Table(
        "segment_personas",
        (
            Column("level", "text", "level"),
            Column("segment", "text", "segment"),
            Column("customers", "integer"),
            Column("share", "share"),
            Column("revenue_share", "share"),
            *(Column(name, "text") for name in SPOKEN),
        ),
        rows,
        ("level",),
    )


def _rules(marts: Marts) -> Table:
    return Table(
        "segment_rules",
        (
            Column("level", "text", "level"),
            Column("segment", "text", "segment"),
            Column("rule_precision", "share"),
            Column("rule_recall", "share"),
            Column("rule", "text"),
        ),
        marts.rows(
            f"""
            select level, segment_id, rule_precision, rule_recall, rule
            from {marts.relation("segments")}
            where rule is not null
            order by 1, 2
            """
        ),
        ("level",),
    )


# What segment_personas says of a segment in words.
SPOKEN = (
    "recommended_use",
    "traits",
    "typical_value",
    "typical_channel",
    "typical_time",
    "typical_basket",
)


def _spoken(marts: Marts) -> dict[str, tuple[dict[str, str] | None, ...]]:
    if not marts.has("segment_personas"):
        return {}
    found: dict[str, dict[str, dict[str, str]]] = {}
    for row in marts.records(
        f"select segment_id, language, {', '.join(SPOKEN)} "
        f"from {marts.relation('segment_personas')} order by 1, 2"
    ):
        if row["language"] in LANGUAGES:
            for name in SPOKEN:
                if row[name] is not None:
                    texts = found.setdefault(row["segment_id"], {}).setdefault(name, {})
                    texts[row["language"]] = row[name]
    return {
        segment: tuple(_both(texts[name]) if name in texts else None for name in SPOKEN)
        for segment, texts in found.items()
    }


def _both(texts: dict[str, str]) -> dict[str, str]:
    """Text of each language; what is missing in one is given in the other."""
    return {language: texts.get(language) or next(iter(texts.values())) for language in LANGUAGES}


def _growth(marts: Marts, grown: list[activity.Growth]) -> Table:
    rows: list[tuple[Any, ...]] = []
    for row in grown:
        is_small = min(row.buyers, row.buyers_before) < marts.min_cell_size
        few_new = min(row.new_buyers, row.new_buyers_before) < marts.min_cell_size
        figures = (row.revenue, row.revenue_before, row.change, row.buyers, row.buyers_before)
        spends = (row.spend, row.spend_before)
        new = (row.new_buyers, row.new_buyers_before)
        rows.append(
            (
                row.segment,
                *([HIDDEN] * len(figures) if is_small else figures),
                *([HIDDEN] * len(spends) if is_small else spends),
                *([HIDDEN] * len(new) if is_small or few_new else new),
            )
        )
    return Table(
        "segment_growth",
        (
            Column("segment", "text", "segment"),
            Column("revenue_quarter", "money"),
            Column("revenue_quarter_before", "money"),
            Column("revenue_change", "share"),
            Column("buyers_quarter", "integer"),
            Column("buyers_quarter_before", "integer"),
            Column("spend_quarter", "money"),
            Column("spend_quarter_before", "money"),
            Column("new_quarter", "integer"),
            Column("new_quarter_before", "integer"),
        ),
        rows,
    )


def _growth_spec(marts: Marts, words: Words) -> dict[str, Any]:
    return spec(
        chart("segment_growth", height={"step": 34})
        .mark_bar()
        .encode(
            x=alt.X(
                "revenue_change:Q",
                title=words("column.revenue_change"),
                axis=alt.Axis(format="+.0%", tickCount=5),
            ),
            y=segment_axis(marts, words, sort="revenue_change"),
            color=alt.condition(
                "datum.revenue_change < 0", alt.value(PALETTE[1]), alt.value(PALETTE[0])
            ),
            tooltip=[
                alt.Tooltip("segment_label:N", title=words("column.segment")),
                alt.Tooltip(
                    "revenue_change:Q", title=words("column.revenue_change"), format="+.1%"
                ),
            ],
        )
    )


def _profile(marts: Marts) -> Table:
    """Keep the features in which some segment differs most, for every segment."""
    rows = marts.records(
        f"""
        select
            segments.level, profiles.segment_id, profiles.feature, profiles.known_customers,
            profiles.mean, profiles.population_mean, profiles.index_100, profiles.z,
            segments.size
        from {marts.relation("segment_profiles")} as profiles
        inner join {marts.relation("segments")} as segments using (segment_id)
        where profiles.z is not null
        order by segments.level, profiles.segment_id, profiles.feature
        """
    )
    named = {name for names in marts.feature_names.values() for name in names}
    known = [row for row in rows if row["known_customers"] >= KNOWN_MIN * row["size"]]
    # Without phrases (a folder of marts) features go by their own name.
    speaking = [row for row in known if row["feature"] in named] if named else known
    chosen: dict[str, set[str]] = {}
    for level in marts.levels:
        for segment in {row["segment_id"] for row in speaking if row["level"] == level}:
            own = [row for row in speaking if row["segment_id"] == segment]
            own.sort(key=lambda row: (-abs(row["z"]), row["feature"]))
            chosen.setdefault(level, set()).update(row["feature"] for row in own[:FEATURES_EACH])
    return Table(
        "segment_profile",
        (
            Column("level", "text", "level"),
            Column("segment", "text", "segment"),
            Column("feature", "text"),
            Column("mean", "number"),
            Column("population_mean", "number"),
            Column("index_100", "number"),
            Column("z", "number"),
        ),
        [
            (
                row["level"],
                row["segment_id"],
                feature_text(marts, row["feature"]),
                *(
                    (HIDDEN,) * 4
                    if row["known_customers"] < marts.min_cell_size
                    else (row["mean"], row["population_mean"], row["index_100"], row["z"])
                ),
            )
            for row in rows
            if row["feature"] in chosen.get(row["level"], ())
        ],
        ("level",),
    )


def feature_text(marts: Marts, feature: str) -> dict[str, str]:
    """Call a feature by its phrase in each language, else by its own name."""
    return {
        language: names.get(feature, feature.replace("_", " "))
        for language, names in marts.feature_names.items()
    }


def _profile_spec(marts: Marts, words: Words) -> dict[str, Any]:
    return spec(
        chart("segment_profile", height={"step": 24})
        .mark_rect()
        .encode(
            x=alt.X(
                "segment:N",
                title=None,
                axis=alt.Axis(
                    labelExpr=names_expression(marts, words),
                    orient="top",
                    labelAngle=30,
                    labelAlign="right",
                    labelLimit=240,
                ),
            ),
            y=alt.Y("feature:N", title=None),
            color=alt.Color(
                "z:Q",
                title=words("column.z"),
                scale=alt.Scale(scheme="blueorange", domain=[2, -2], clamp=True),
                legend=alt.Legend(orient="bottom", gradientLength=180, format="+.0f"),
            ),
            tooltip=[
                alt.Tooltip("segment_label:N", title=words("column.segment")),
                alt.Tooltip("feature:N", title=words("column.feature")),
                alt.Tooltip("index_100:Q", title=words("column.index_100"), format=",.0f"),
                alt.Tooltip("z:Q", title=words("column.z"), format="+.2f"),
            ],
        )
    )


def _mix(marts: Marts, name: str) -> Table:
    """Take the mix from the cells of the overview, so that the same cells are hidden."""
    rows = []
    place = ("country", "channel").index(name)
    cells = segment_cube(marts, measures=MEASURES, shares=(0, 1))
    wholes = {(row[2], row[3]): row[4] for row in cells if row[:2] == (ALL, ALL)}
    values = marts.countries if name == "country" else marts.channels
    for row in cells:
        if row[1 - place] != ALL or row[place] not in (*values, OTHER) or row[3] == NONE:
            continue
        whole = wholes[(row[2], row[3])]
        share = HIDDEN if HIDDEN in (row[4], whole) else row[4] / whole
        rows.append((row[2], row[3], row[place], row[4], share))
    return Table(f"segment_mix_{name}", _mix_columns(name), rows, ("level",))


def _device_mix(marts: Marts) -> Table:
    rows = [
        (level, segment, value, customers, share)
        for dimension, value, level, segment, customers, share in segment_dimensions(marts)
        if dimension == "device"
    ]
    return Table("segment_mix_device", _mix_columns("device"), rows, ("level",))


def _mix_columns(name: str) -> tuple[Column, ...]:
    return (
        Column("level", "text", "level"),
        Column("segment", "text", "segment"),
        Column(f"mix_{name}", "text", name),
        Column("customers", "integer"),
        Column("mix_share", "share"),
    )


def _mix_spec(marts: Marts, words: Words, name: str) -> dict[str, Any]:
    return spec(
        chart(f"segment_mix_{name}", height={"step": 34})
        .mark_bar(cornerRadiusEnd=0)
        .encode(
            x=alt.X(
                "mix_share:Q",
                title=words("column.mix_share"),
                axis=alt.Axis(format=".0%", tickCount=5),
                scale=alt.Scale(domain=[0, 1]),
            ),
            y=segment_axis(marts, words),
            color=alt.Color(
                f"mix_{name}:N",
                title=None,
                scale=alt.Scale(range=list(PALETTE)),
                legend=alt.Legend(labelExpr=values_expression(marts, words, name)),
            ),
            tooltip=[
                alt.Tooltip("segment_label:N", title=words("column.segment")),
                alt.Tooltip(f"mix_{name}_label:N", title=words(f"column.mix_{name}")),
                alt.Tooltip("mix_share:Q", title=words("column.mix_share"), format=".1%"),
            ],
        )
    )
