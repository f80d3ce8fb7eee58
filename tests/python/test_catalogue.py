"""The catalogue: everything is described, owned and in its place; each rule is seen to fail."""

import copy
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from catalogue_rules import signature
from dbt_project_runner import ROOT, ProjectRunner

# Said of a column of one name so often, a sentence belongs into models/_docs.md.
SAID_AT_MOST = 3


@pytest.fixture(scope="module")
def parsed(tmp_path_factory) -> dict:
    """What dbt knows of the project without a warehouse."""
    project = ProjectRunner(tmp_path_factory.mktemp("catalogue"))
    project.dbt("parse").expect_success()
    return json.loads((project.target / "manifest.json").read_text())


def run(command: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(Path(sys.executable).with_name(command)), *arguments],
        check=False,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "tests/python"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
    )


def score(manifest: dict, folder: Path) -> tuple[int, set[tuple[str, str]]]:
    """Exit code of dbt-score, and each broken rule with the thing that breaks it."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest))
    # In the root: its settings are in pyproject.toml.
    done = run("dbt-score", "lint", "--manifest", str(path), "--format", "json", folder=ROOT)
    assert done.stdout, done.stderr
    broken = set()
    for name, node in json.loads(done.stdout)["evaluables"].items():
        for rule, result in node["results"].items():
            assert result["result"] in ("OK", "WARN", "SKIP"), f"{rule}: {result}"
            if result["result"] == "WARN":
                broken.add((rule.removeprefix("catalogue_rules."), name))
    return done.returncode, broken


def bounce(manifest: dict, folder: Path) -> tuple[int, set[tuple[str, str]]]:
    """Exit code of dbt-bouncer, and each failed check with the thing that fails it."""
    shutil.copy(ROOT / "dbt-bouncer.yml", folder)
    (folder / "target").mkdir()
    (folder / "target/manifest.json").write_text(json.dumps(manifest))
    done = run("dbt-bouncer", "run", "--output-file", "results.json", folder=folder)
    assert (folder / "results.json").exists(), done.stdout + done.stderr
    failed = set()
    for result in json.loads((folder / "results.json").read_text()):
        if result["outcome"] != "success":
            check, _, thing = result["check_run_id"].split(":")
            failed.add((check, thing))
    return done.returncode, failed


def test_what_is_said_is_complete(parsed, tmp_path):
    assert score(parsed, tmp_path) == (0, set())


def test_everything_is_where_it_belongs(parsed, tmp_path):
    assert bounce(parsed, tmp_path) == (0, set())


def test_every_rule_of_what_is_said_sees_its_fault(parsed, tmp_path):
    broken = copy.deepcopy(parsed)
    nodes, sources, macros = broken["nodes"], broken["sources"], broken["macros"]
    nodes["model.coterie.customers"]["description"] = "Customers of the last publication."
    nodes["model.coterie.stg_orders"]["columns"]["order_key"]["description"] = " "
    nodes["model.coterie.stg_events"]["columns"] = {}
    nodes["model.coterie.score_terms"]["group"] = "marts"
    nodes["model.coterie.segments"]["columns"]["size"]["data_type"] = None
    nodes["seed.coterie.units"]["config"]["column_types"].pop("factor")
    nodes["seed.coterie.country_names"]["columns"]["country"]["description"] = ""
    sources["source.coterie.coterie_input.orders"]["columns"]["status"]["description"] = ""
    sources["source.coterie.coterie_input.events"]["source_description"] = ""
    broken["exposures"]["exposure.coterie.dashboard"]["maturity"] = None
    broken["exposures"]["exposure.coterie.retention_calls"]["owner"]["name"] = None
    macros["macro.coterie.clean_text"]["description"] = ""
    macros["macro.coterie.divide"]["arguments"].pop()
    macros["macro.coterie.test_keys_exist_in"]["arguments"].reverse()
    macros["macro.coterie.finite_number"]["arguments"][0]["description"] = ""
    exit_code, seen = score(broken, tmp_path)
    assert exit_code == 1
    assert seen == {
        ("model_states_its_grain", "model.coterie.customers"),
        ("model_columns_are_described", "model.coterie.stg_orders"),
        ("model_columns_are_described", "model.coterie.stg_events"),
        ("model_is_of_a_group", "model.coterie.score_terms"),
        ("public_model_types_its_columns", "model.coterie.segments"),
        ("seed_is_described_and_typed", "seed.coterie.units"),
        ("seed_is_described_and_typed", "seed.coterie.country_names"),
        ("source_is_described_and_typed", "source.coterie.coterie_input.orders"),
        ("source_is_described_and_typed", "source.coterie.coterie_input.events"),
        ("exposure_says_who_and_how_sure", "exposure.coterie.dashboard"),
        ("exposure_says_who_and_how_sure", "exposure.coterie.retention_calls"),
        ("macro_is_described", "macro.coterie.clean_text"),
        ("macro_arguments_are_described", "macro.coterie.divide"),
        ("macro_arguments_are_described", "macro.coterie.test_keys_exist_in"),
        ("macro_arguments_are_described", "macro.coterie.finite_number"),
    }
    rules = re.findall(r"@rule\ndef (\w+)", (ROOT / "tests/python/catalogue_rules.py").read_text())
    assert {rule for rule, _ in seen} == set(rules)


def test_every_check_of_where_things_are_sees_its_fault(parsed, tmp_path):
    broken = copy.deepcopy(parsed)
    nodes = broken["nodes"]

    def model(name: str) -> dict:
        return nodes[f"model.coterie.{name}"]

    def reads(name: str, parent: str) -> None:
        model(name)["depends_on"]["nodes"].append(f"model.coterie.{parent}")
        broken["child_map"][f"model.coterie.{parent}"].append(f"model.coterie.{name}")

    model("calendar_days")["original_file_path"] = "models/odds/calendar_days.sql"
    model("golden_records")["name"] = "goldenRecords"
    model("checked_orders")["name"] = "orders"
    model("stg_orders")["name"] = "orders"
    model("segments_store")["name"] = "segments_kept"
    model("score_fits")["name"] = "score_training"
    model("customer_days")["patch_path"] = "coterie://models/features/more.yml"
    model("lifecycle_stages")["patch_path"] = None
    reads("stg_contacts", "golden_records")
    reads("identity_counts", "customer_days")
    reads("customer_orders", "segments")
    reads("score_population", "stg_contacts")
    reads("segments", "segment_names")
    model("segment_personas")["access"] = "protected"
    model("customer_identities")["access"] = "protected"
    model("checked_events")["access"] = "protected"
    model("cohort_retention")["contract"]["enforced"] = False
    for name, node in list(nodes.items()):
        if node.get("attached_node") == "model.coterie.score_drift":
            del nodes[name]
    source = "source.coterie.coterie_input.orders"
    broken["child_map"][source] = []
    for node in nodes.values():
        parents = node.get("depends_on", {}).get("nodes", [])
        node.setdefault("depends_on", {})["nodes"] = [name for name in parents if name != source]
    semantic = broken["semantic_models"]["semantic_model.coterie.customers"]
    semantic["depends_on"]["nodes"] = ["model.coterie.golden_records"]
    exit_code, failed = bounce(broken, tmp_path)
    assert exit_code == 1
    checks = set(re.findall(r"- name: (check_\w+)", (ROOT / "dbt-bouncer.yml").read_text()))
    assert {check for check, _ in failed} == checks
    assert {thing for check, thing in failed if "lineage" in check} == {
        "stg_contacts",
        "identity_counts",
        "customer_orders",
        "score_population",
        "segments",
    }
    named = {thing for check, thing in failed if check == "check_model_names"}
    assert len(named) == 5, named


@pytest.mark.parametrize(
    ("macro", "arguments"),
    [
        ("{% macro build_id() -%} x {%- endmacro %}", []),
        ("{%- macro a(b, c=[1, (2, 3)], d={'e': ','}) %}", ["b", "c", "d"]),
        ("{% test t(model, columns, may_be_null=[]) %} (x)", ["model", "columns", "may_be_null"]),
    ],
)
def test_the_arguments_of_a_macro_are_read(macro, arguments):
    assert signature(macro) == arguments


def test_every_test_is_described(parsed):
    """Singular tests here; a generic one is a macro, which a rule looks at."""
    singular = [
        node
        for node in parsed["nodes"].values()
        if node["resource_type"] == "test" and not node.get("test_metadata")
    ]
    assert len(singular) == len(list((ROOT / "tests").rglob("assert_*.sql")))
    assert [node["name"] for node in singular if not node["description"].strip()] == []


def test_every_group_says_what_it_is_and_who_owns_it(parsed):
    groups = parsed["groups"].values()
    assert {group["name"] for group in groups} == {
        node["group"] for node in parsed["nodes"].values() if node.get("group")
    }
    for group in groups:
        assert group["description"] and group["owner"]["name"], group["name"]


def test_nobody_is_named_by_mail(parsed):
    """Owners are teams and roles: the package knows nobody of the house it is installed in."""
    owners = [*parsed["groups"].values(), *parsed["exposures"].values()]
    assert [owner["name"] for owner in owners if owner["owner"].get("email")] == []


def repeated(nodes: list[dict]) -> dict[tuple[str, str], int]:
    """Sentences that stand on columns of one name too often without a docs block."""
    said = defaultdict(int)
    for node in nodes:
        for name, column in node["columns"].items():
            if not column["doc_blocks"]:
                said[name, column["description"].strip()] += 1
    return {sentence: times for sentence, times in said.items() if times > SAID_AT_MOST}


def test_what_is_said_of_many_columns_is_said_once(parsed):
    kinds = ("model", "seed")
    nodes = [node for node in parsed["nodes"].values() if node["resource_type"] in kinds]
    assert repeated(nodes) == {}
    column = {"x": {"description": "The same.", "doc_blocks": []}}
    assert repeated([{"columns": column}] * 4) == {("x", "The same."): 4}


def test_every_docs_block_is_used(parsed):
    blocks = {name for name in parsed["docs"] if name.startswith("doc.coterie.")}
    used = {
        block
        for node in parsed["nodes"].values()
        for column in node.get("columns", {}).values()
        for block in column["doc_blocks"]
    }
    assert blocks - used == {"doc.coterie.__coterie__"}
    # Another would stand before the front page of an installing project: see coterie.catalogue.
    assert "doc.coterie.__overview__" not in blocks


def test_the_story_leads_to_what_is_there(parsed):
    story = parsed["docs"]["doc.coterie.__coterie__"]["block_contents"]
    links = re.findall(r"\(#!/(\w+)/([\w.]+)\)", story)
    assert len(links) >= 20
    places = {"model": "nodes", "source": "sources", "exposure": "exposures", "metric": "metrics"}
    for kind, name in links:
        assert name in parsed[places[kind]], name


def test_every_mart_is_read_by_somebody(parsed):
    read = {
        name
        for exposure in parsed["exposures"].values()
        for name in exposure["depends_on"]["nodes"]
    }
    public = {
        name
        for name, node in parsed["nodes"].items()
        if node["resource_type"] == "model" and node["access"] == "public"
    }
    assert public == read


def test_every_metric_and_what_it_counts_is_described(parsed):
    silent = []
    for metric in parsed["metrics"].values():
        silent += [metric["name"]] * (not metric["description"] or not metric["label"])
    for model in parsed["semantic_models"].values():
        parts = [model, *model["dimensions"], *model["measures"], *model["entities"]]
        silent += [f"{model['name']}.{part['name']}" for part in parts if not part["description"]]
    assert silent == []
    counted = {
        measure["name"]
        for metric in parsed["metrics"].values()
        for measure in metric["type_params"]["input_measures"]
    }
    measures = {
        m["name"] for model in parsed["semantic_models"].values() for m in model["measures"]
    }
    assert counted == measures, "a measure without a metric is nobody's"
