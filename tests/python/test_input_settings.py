"""A var that cannot be right is refused in one sentence: which var, what was found, what to do.

The macros that check the vars speak to dbt through a handful of names only, so they are rendered
here without it: a case costs a millisecond instead of a run of dbt.
"""

import datetime
import re
from types import SimpleNamespace

import jinja2
import pytest
import yaml
from dbt_project_runner import ROOT

# Jinja keeps names that start with an underscore to their template: dbt does not.
MACROS = "\n".join(
    (ROOT / f"macros/input/{name}.sql").read_text().replace("_check_", "check_")
    for name in (
        "check_settings",
        "check_numbers",
        "check_number",
        "check_names",
        "check_features",
        "check_form",
        "refuse_setting",
    )
)
SETTINGS = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["coterie"]
ENVIRONMENT = jinja2.Environment(extensions=["jinja2.ext.do"], undefined=jinja2.StrictUndefined)
ATTRIBUTE = {"attribute": "height", "name": "height"}


class Refusal(Exception):
    """What dbt would stop with."""


def refuse(words: str) -> None:
    raise Refusal(words)


def check(features=("revenue_365d", "orders_365d"), **changed):
    """Check the vars of the project, some of them changed."""
    variables = {**SETTINGS, **changed}
    coterie = SimpleNamespace(
        contract_tables=lambda: ["orders", "events"],
        known_until=lambda: "2026-06-30",
        attribute_features=lambda: [
            {"unit": "number", **entry} for entry in variables["attribute_features"]
        ],
        feature_columns=lambda: [{"name": name} for name in features],
    )
    context = {
        "coterie": coterie,
        "var": variables.get,
        "exceptions": SimpleNamespace(raise_compiler_error=refuse),
        "modules": SimpleNamespace(re=re, datetime=datetime),
    }
    template = ENVIRONMENT.from_string(MACROS, globals=context).module
    for name in re.findall(r"macro (\w+)\(", MACROS):
        setattr(coterie, name, getattr(template, name))
    coterie.check_settings()


def test_the_settings_of_the_project_pass():
    check()


def test_without_features_in_the_graph_the_feature_that_orders_segments_is_not_looked_for():
    check(features=(), segment_order_feature="revenue_365d")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"basket_categories": ["home & garden"]}, "basket_categories[0] is 'home & garden'"),
        ({"basket_categories": ["a", "A"]}, "basket_categories[1] is 'A', but should be another"),
        ({"basket_categories": "fashion"}, "basket_categories is 'fashion', but should be a list"),
        ({"order_channels": ["web", "in-store"]}, "order_channels[1] is 'in-store'"),
        ({"content_types": ["x; drop"]}, "content_types[0] is 'x; drop'"),
        ({"content_types": [1]}, "content_types[0] is '1'"),
        ({"survey_scales": ["price"]}, "survey_scales is '['price']', but should be a mapping"),
        ({"survey_scales": {"price paid": ["q1"]}}, "survey_scales[0] is 'price paid'"),
        ({"survey_scales": {"price": "q1"}}, "survey_scales.price is 'q1', but should be a list"),
        ({"survey_scales": {"price": ["q'1"]}}, "survey_scales.price[0] is 'q'1'"),
        ({"survey_scales": {"price": ["q\\"]}}, "survey_scales.price[0] is 'q\\'"),
        ({"attribute_features": [{**ATTRIBUTE, "name": "a b"}]}, "attribute_features.name[0]"),
        ({"attribute_features": [{**ATTRIBUTE, "unit": "'"}]}, "attribute_features.unit[0] is"),
        ({"engagement_points": {"open": 1, "shout": 2}}, "points for each of active_day, cart"),
        (
            {"engagement_points": {**SETTINGS["engagement_points"], "open": "1 or 1"}},
            "engagement_points.open is '1 or 1', but should be a number from 0 on",
        ),
        ({"segment_order_feature": "revenue"}, "segment_order_feature is 'revenue', but should be"),
        ({"segment_k_min": 1}, "segment_k_min is '1', but should be a whole number from 2 on"),
        ({"segment_k_min": 9}, "segment_k_min is '9', but should be at most the var segment_k_max"),
        ({"segment_jaccard_min": 75}, "segment_jaccard_min is '75', but should be a number from 0"),
        ({"segment_share_min": -0.1}, "segment_share_min is '-0.1'"),
        ({"segment_variance_share": 0}, "segment_variance_share is '0'"),
        ({"feature_missing_share_max": 1.5}, "feature_missing_share_max is '1.5'"),
        ({"max_input_shrinkage": "half"}, "max_input_shrinkage is 'half'"),
        ({"max_customer_shrinkage": True}, "max_customer_shrinkage is 'True'"),
        ({"max_rejected_share": 10}, "max_rejected_share is '10'"),
        ({"min_segment_share": None}, "min_segment_share is 'None'"),
        ({"history_months": -1}, "history_months is '-1', but should be a whole number from 0 on"),
        ({"publications_kept": 0}, "publications_kept is '0', but should be a whole number from 1"),
        ({"sample_customers": 0.5}, "sample_customers is '0.5'"),
        ({"sample_customers": 300000}, "should be a whole number from 1 to 100000"),
        ({"identity_rounds": 0}, "identity_rounds is '0'"),
        ({"input_schema": "raw; drop"}, "input_schema is 'raw; drop'"),
        ({"known_until": "2025-02-30"}, "known_until is '2025-02-30', which is no date"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_setting_that_cannot_be_right_is_refused_in_one_sentence(changed, words):
    with pytest.raises(Refusal, match=re.escape(words)) as refusal:
        check(**changed)
    sentence = str(refusal.value)
    assert sentence.startswith(f"The var {next(iter(changed))}")
    assert sentence.endswith(".")
    assert ": " in sentence, "says what to do"


def test_every_number_among_the_vars_has_a_range():
    ranges = (ROOT / "macros/input/check_numbers.sql").read_text()
    numbers = {
        name
        for name, value in SETTINGS.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    assert numbers - set(re.findall(r"'(\w+)': \[", ranges)) == set()
