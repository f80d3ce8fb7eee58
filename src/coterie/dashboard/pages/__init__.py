"""The pages, one module each, in the order of the navigation."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

# Each module has `build(marts, words)`, which gives a page and the tables it shows.
ORDER = (
    "overview",
    "segments",
    "map",
    "movement",
    "choice_of_k",
    "churn_and_value",
    "cohorts",
    "stability_and_drift",
    "identity_and_quality",
    "definitions",
)


def page_modules() -> list[ModuleType]:
    """Modules of the pages, in order."""
    return [
        import_module(f"{__name__}.{name}") for name in ORDER if find_spec(f"{__name__}.{name}")
    ]
