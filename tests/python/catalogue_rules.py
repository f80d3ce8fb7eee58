"""Rules of dbt-score: what is said of the project is there, in the house's form.

A rule looks at one thing; what takes a look at several is in test_catalogue.py, and where things
are and who may read them is dbt-bouncer.yml.
"""

import re

from dbt_score import Exposure, Macro, Model, RuleViolation, Seed, Source, rule

GRAIN = re.compile(r"(One row|One row per|Up to one row)\b")
# A dispatched macro is described once, under the name that is called.
IMPLEMENTATION = re.compile(r"(default|duckdb|spark)__")
MATURITIES = ("low", "medium", "high")


def silent(columns: list) -> list[str]:
    """Columns of which nothing is said."""
    return [column.name for column in columns if not column.description.strip()]


def signature(macro_sql: str) -> list[str]:
    """Names of the arguments of a macro or generic test, in their order."""
    opening = re.search(r"\{%-?\s*(?:macro|test)\s+\w+\s*\(", macro_sql)
    assert opening, f"no macro: {macro_sql[:80]}"
    arguments, depth, word = [], 1, ""
    for character in macro_sql[opening.end() :]:
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 or (depth == 1 and character == ","):
            arguments.append(word)
            word = ""
        else:
            word += character
        if depth == 0:
            break
    return [argument.split("=")[0].strip() for argument in arguments if argument.strip()]


@rule
def model_states_its_grain(model: Model) -> RuleViolation | None:
    """The first sentence of a model says what a row is."""
    if not GRAIN.match(model.description):
        return RuleViolation(f"Begin with 'One row per …': {model.description[:60]!r}")


@rule
def model_columns_are_described(model: Model) -> RuleViolation | None:
    """Every column of a model is described, and there are some."""
    if not model.columns or silent(model.columns):
        return RuleViolation(f"Not described: {silent(model.columns) or 'any column'}")


@rule
def model_is_of_a_group(model: Model) -> RuleViolation | None:
    """Somebody answers for the model: the owner of its layer's group."""
    layer = model.original_file_path.split("/")[1]
    if model.group != layer:
        return RuleViolation(f"Of the group {model.group!r}, in the folder {layer!r}.")


@rule
def public_model_types_its_columns(model: Model) -> RuleViolation | None:
    """A public model says the type of each column, which its contract holds it to."""
    untyped = [column.name for column in model.columns if not column.data_type]
    if model.access == "public" and untyped:
        return RuleViolation(f"Without data_type: {untyped}")


@rule
def seed_is_described_and_typed(seed: Seed) -> RuleViolation | None:
    """A seed and its columns are described, and no engine guesses a type."""
    if not seed.description.strip() or not seed.columns or silent(seed.columns):
        return RuleViolation(f"Not described: {silent(seed.columns) or 'the seed'}")
    untyped = {column.name for column in seed.columns} - set(seed.config.get("column_types", {}))
    if untyped:
        return RuleViolation(f"Without column_types: {sorted(untyped)}")


@rule
def source_is_described_and_typed(source: Source) -> RuleViolation | None:
    """A table of the input contract and its columns are described; the types are the contract's."""
    if not source.description.strip() or not source.source_description.strip():
        return RuleViolation("The source or its table is not described.")
    untyped = [column.name for column in source.columns if not column.data_type]
    if not source.columns or silent(source.columns) or untyped:
        return RuleViolation(f"Not described: {silent(source.columns)}; not typed: {untyped}")


@rule
def exposure_says_who_and_how_sure(exposure: Exposure) -> RuleViolation | None:
    """An exposure is described, has an owner, a maturity and something it reads."""
    missing = [
        word
        for word, is_there in {
            "description": exposure.description.strip(),
            "label": exposure.label,
            "owner": exposure.owner.get("name"),
            "maturity": exposure.maturity in MATURITIES,
            "depends_on": exposure.depends_on.get("nodes"),
        }.items()
        if not is_there
    ]
    if missing:
        return RuleViolation(f"Missing: {missing}")


@rule
def macro_is_described(macro: Macro) -> RuleViolation | None:
    """A macro or generic test is described, under the name that is called."""
    if not IMPLEMENTATION.match(macro.name) and not macro.description.strip():
        return RuleViolation("Not described; _<folder>__macros.yml is the place.")


@rule
def macro_arguments_are_described(macro: Macro) -> RuleViolation | None:
    """The described arguments are those of the macro, in their order, each in words."""
    if IMPLEMENTATION.match(macro.name):
        return None
    described = [argument["name"] for argument in macro.arguments if argument.get("description")]
    if described != signature(macro.macro_sql):
        return RuleViolation(f"Takes {signature(macro.macro_sql)}, described are {described}")
