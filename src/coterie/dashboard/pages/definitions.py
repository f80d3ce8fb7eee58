"""Definitions: what each figure means, and where it comes from."""

from coterie.dashboard.blocks import Column, Listing, Page, Prose, Table
from coterie.dashboard.marts import Marts
from coterie.dashboard.words import LANGUAGES, Words, read_words

# Terms and the marts they come from; the words say what they mean.
TERMS = (
    ("customers", "customers"),
    ("active_customers", "customer_scores"),
    ("revenue", "customers"),
    ("expected_revenue", "customer_scores"),
    ("churn", "customer_scores"),
    ("at_risk_value", "customer_scores"),
    ("segment", "segments"),
    ("macro_segment", "segments"),
    ("growth", "cohort_retention"),
    ("monthly_buyers", "cohort_retention"),
    ("index", "segment_profiles"),
    ("jaccard", "segment_models"),
    ("drift", "feature_drift"),
    ("flow", "segment_flows"),
    ("lineage", "segment_lineage"),
    ("favourite_channel", "customer_dimensions"),
    ("publication", "publications"),
    ("gate", "publication_checks"),
    ("suppression", "publications"),
)


def build(marts: Marts, words: Words) -> tuple[Page, list[Table]]:
    """Build the page and its table."""
    texts = {language: read_words(language) for language in LANGUAGES}
    values = {"minimum": str(marts.min_cell_size)}

    def both(key: str) -> dict[str, str]:
        return {language: own(key).format_map(values) for language, own in texts.items()}

    table = Table(
        "definitions",
        (Column("term", "text"), Column("meaning", "text"), Column("mart", "text")),
        [(both(f"term.{term}"), both(f"meaning.{term}"), mart) for term, mart in TERMS],
    )
    currency = marts.currency
    money = Prose("definitions.money", {"currency": currency}) if currency else None
    blocks = (
        Prose("definitions.how"),
        *([money] if money else []),
        Listing("definitions", "definitions"),
    )
    return Page("definitions", blocks), [table]
