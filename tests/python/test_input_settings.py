"""A var that cannot be right is refused in one sentence: which var, what was found, what to do.

The macros that check the vars speak to dbt through a handful of names only, so they are rendered
here without it: a case costs a millisecond instead of a run of dbt.
"""

import dataclasses
import datetime
import re
from types import SimpleNamespace

import jinja2
import pytest
import yaml
from dbt_project_runner import ROOT

from coterie.segmentation import ALGORITHMS, Settings
from coterie.segmentation.encoders import is_rule
from coterie.segmentation.trials import ENCODER_WORDS

# Jinja keeps names that start with an underscore to their template: dbt does not.
MACROS = "\n".join(
    (ROOT / f"macros/input/{name}.sql").read_text().replace("_check_", "check_")
    for name in (
        "check_settings",
        "check_numbers",
        "check_number",
        "check_names",
        "check_candidates",
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
            {"unit": "number", "categories": [], **entry}
            for entry in variables["attribute_features"]
        ],
        segment_algorithms=lambda: list(ALGORITHMS),
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


def test_a_table_or_a_source_system_of_it_may_be_retired():
    check(input_tables_retired=["events", "orders.crm"])


def test_every_algorithm_and_encoder_of_the_library_may_be_named():
    macro = (ROOT / "macros/scoring/segment_algorithms.sql").read_text()
    assert re.findall(r"'(\w+)'", macro) == list(ALGORITHMS)
    encoders = ["none", "pca", "pca:0.8", "pca:1", "pca:.5", "pca:kaiser", "autoencoder"]
    check(segment_algorithms=list(ALGORITHMS), segment_encoders=encoders)
    for encoder in encoders:
        kind, _, rule = encoder.partition(":")
        assert kind in ENCODER_WORDS
        assert not rule or is_rule(rule)


def test_the_settings_of_a_training_round_are_the_library_s():
    """Said in the macro that the version is made of, in the YAML that Python reads, and there."""
    library = {field.name for field in dataclasses.fields(Settings)}
    macro = (ROOT / "macros/scoring/segmentation_settings.sql").read_text()
    assert set(re.findall(r"'(\w+)': var\('segment_", macro)) == library
    models = yaml.safe_load((ROOT / "models/segmentation/_segmentation__models.yml").read_text())
    (fits,) = [model for model in models["models"] if model["name"] == "segment_fits"]
    assert set(fits["config"]["meta"]["settings"]) == library
    # What the library does by default is what the project does by default.
    for name, value in dataclasses.asdict(Settings()).items():
        stated = SETTINGS[f"segment_{name}"]
        assert (tuple(stated) if isinstance(stated, list) else stated) == value, name


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"basket_categories": ["home & garden"]}, "basket_categories[0] is 'home & garden'"),
        ({"basket_categories": ["a", "A"]}, "basket_categories[1] is 'A', but should be another"),
        ({"basket_categories": "fashion"}, "basket_categories is 'fashion', but should be a list"),
        ({"order_channels": ["web", "in-store"]}, "order_channels[1] is 'in-store'"),
        ({"content_types": ["x; drop"]}, "content_types[0] is 'x; drop'"),
        ({"semantic_layer": "sometimes"}, "semantic_layer is 'sometimes', but should be own or"),
        ({"content_types": [1]}, "content_types[0] is '1'"),
        ({"survey_scales": ["price"]}, "survey_scales is '['price']', but should be a mapping"),
        ({"survey_scales": {"price paid": ["q1"]}}, "survey_scales[0] is 'price paid'"),
        ({"survey_scales": {"price": "q1"}}, "survey_scales.price is 'q1', but should be a list"),
        ({"survey_scales": {"price": ["q'1"]}}, "survey_scales.price[0] is 'q'1'"),
        ({"survey_scales": {"price": ["q\\"]}}, "survey_scales.price[0] is 'q\\'"),
        ({"attribute_features": [{**ATTRIBUTE, "name": "a b"}]}, "attribute_features.name[0]"),
        ({"attribute_features": [{**ATTRIBUTE, "unit": "'"}]}, "attribute_features.unit[0] is"),
        (
            {"attribute_features": [{**ATTRIBUTE, "unit": "category", "categories": ["a", "b'"]}]},
            "attribute_features.categories[0] is 'b'', but should be words without quotes",
        ),
        ({"engagement_points": {"open": 1, "shout": 2}}, "points for each of active_day, cart"),
        (
            {"engagement_points": {**SETTINGS["engagement_points"], "open": "1 or 1"}},
            "engagement_points.open is '1 or 1', but should be a number from 0 on",
        ),
        ({"segment_order_feature": "revenue"}, "segment_order_feature is 'revenue', but should be"),
        ({"segment_k_min": 1}, "segment_k_min is '1', but should be a whole number from 2 on"),
        ({"segment_k_min": 9}, "segment_k_min is '9', but should be at most the var segment_k_max"),
        (
            {"segment_algorithms": ["kmeans", "spectral"]},
            "segment_algorithms[1] is 'spectral', but should be one of kmeans, bisecting, ward",
        ),
        ({"segment_algorithms": "kmeans"}, "segment_algorithms is 'kmeans', but should be a list"),
        ({"segment_algorithms": []}, "segment_algorithms is '[]', but should be a list of names"),
        (
            {"segment_algorithms": ["ward", "ward"]},
            "segment_algorithms[1] is 'ward', but should be",
        ),
        (
            {"segment_algorithms": ["online_kmeans"]},
            "at least one algorithm that needs no accepted",
        ),
        ({"segment_encoders": ["umap"]}, "segment_encoders[0] is 'umap', but should be none, pca"),
        ({"segment_encoders": ["pca:80"]}, "segment_encoders[0] is 'pca:80'"),
        ({"segment_encoders": ["pca:0"]}, "segment_encoders[0] is 'pca:0'"),
        ({"segment_examined_full": 16}, "at most the var segment_examined_max (15)"),
        ({"segment_fidelity_min": 80}, "segment_fidelity_min is '80'"),
        ({"segment_jaccard_min": 75}, "segment_jaccard_min is '75', but should be a number from 0"),
        ({"segment_share_min": -0.1}, "segment_share_min is '-0.1'"),
        ({"segment_variance_share": 0}, "segment_variance_share is '0'"),
        ({"feature_missing_share_max": 1.5}, "feature_missing_share_max is '1.5'"),
        ({"segment_macro_count": 4}, "should be a whole number from 2 to 3"),
        ({"age_bands": 25}, "age_bands is '25', but should be a list of ages"),
        ({"age_bands": []}, "age_bands is '[]', but should be a list of ages"),
        ({"age_bands": [25, 18]}, "age_bands[1] is '18', but should be a whole number from 26"),
        ({"dimension_habit_share": 0.4}, "should be a number from 0.5 to 1"),
        ({"town_population": 60000}, "at most the var city_population (50000)"),
        ({"max_input_shrinkage": "half"}, "max_input_shrinkage is 'half'"),
        ({"max_customer_shrinkage": True}, "max_customer_shrinkage is 'True'"),
        ({"max_rejected_share": 10}, "max_rejected_share is '10'"),
        ({"min_segment_share": None}, "min_segment_share is 'None'"),
        ({"history_months": -1}, "history_months is '-1', but should be a whole number from 0 on"),
        ({"publications_kept": 0}, "publications_kept is '0', but should be a whole number from 1"),
        ({"sample_customers": 0.5}, "sample_customers is '0.5'"),
        ({"sample_customers": 300000}, "should be a whole number from 1 to 100000"),
        ({"identity_rounds": 0}, "identity_rounds is '0'"),
        ({"input_tables_retired": ["carts"]}, "input_tables_retired names the table 'carts'"),
        ({"input_tables_retired": ["carts.crm"]}, "input_tables_retired names the table 'carts'"),
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
