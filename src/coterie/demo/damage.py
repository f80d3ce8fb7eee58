"""Damage done to raw rows on purpose, and what staging must make of it.

A row takes at most one damage. Each kind says how often it strikes, what is expected of staging
(repaired, rejected, duplicate or kept), with which reason a rejected row must be listed, and
which column a repair is judged by. The query of a table then bends the row itself and gives the
canonical value of a repaired column as ``expected_value``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coterie.demo.contract import Table
from coterie.demo.randomness import choose, literal, whole


@dataclass(frozen=True)
class Damage:
    """One kind of damage: ``per_10000`` rows take it, among those that satisfy ``when``."""

    kind: str
    per_10000: int
    expected: str
    reason: str | None = None
    column: str | None = None
    when: str | None = None


def rejected(
    kind: str, per_10000: int, reason: str | None = None, when: str | None = None
) -> Damage:
    """Damage that staging must reject; the reason is the kind itself unless it differs."""
    return Damage(kind, per_10000, "rejected", reason or kind, None, when)


def repaired(kind: str, per_10000: int, column: str, when: str | None = None) -> Damage:
    """Damage that staging must repair in one column."""
    return Damage(kind, per_10000, "repaired", None, column, when)


def kept(kind: str, per_10000: int, when: str | None = None) -> Damage:
    """Oddity that staging must let through unchanged."""
    return Damage(kind, per_10000, "kept", None, None, when)


def duplicated(per_10000: int) -> Damage:
    """Put a second, equal copy of the row into the table."""
    return Damage("duplicate", per_10000, "duplicate")


DAMAGES: dict[str, tuple[Damage, ...]] = {
    "contacts": (
        rejected("missing_key", 60),
        rejected("superseded", 150),
        duplicated(150),
        repaired("email_spelling", 150, "email", "email is not null"),
        repaired("email_unreadable", 90, "email", "email is not null and phone is not null"),
        repaired("phone_spelling", 200, "phone", "phone is not null"),
        repaired("birth_date_spelling", 150, "birth_date", "birth_date is not null"),
        repaired("birth_date_unreadable", 90, "birth_date", "birth_date is not null"),
        repaired("birth_date_impossible", 90, "birth_date", "birth_date is not null"),
        repaired("city_spelling", 250, "city", "city is not null"),
        repaired("country_spelling", 150, "country", "country is not null"),
        repaired("gender_spelling", 100, "gender", "gender is not null"),
        repaired("marital_status_spelling", 100, "marital_status", "marital_status is not null"),
        repaired("education_spelling", 100, "education", "education is not null"),
        kept("swapped_names", 250, "first_name is not null"),
        kept("typing_error", 250, "last_name is not null"),
        kept("changed_email", 500, "not is_first and email is not null"),
        kept("mistyped_email", 150, "not is_first and email is not null"),
        kept("changed_phone", 300, "not is_first and phone is not null"),
    ),
    "orders": (
        rejected("missing_key", 12),
        rejected("missing_date", 12),
        rejected("unparsable_date", 15),
        rejected("in_the_future", 12),
        rejected("unparsable_number", 12),
        rejected("negative_amount", 12, when="not is_void"),
        rejected("unknown_currency", 12),
        # An earlier version of a return would be below zero, which has a reason of its own.
        rejected("superseded", 30, when="not is_void"),
        duplicated(60),
        kept("late", 40),
        kept("outlier", 15),
        kept("no_contact", 150),
        kept("unknown_contact", 20),
        repaired("date_spelling", 100, "ordered_at"),
        repaired("currency_spelling", 40, "currency"),
        repaired("currency_missing", 40, "currency", "currency = 'EUR'"),
        repaired("status_spelling", 50, "status"),
        repaired("channel_spelling", 50, "channel"),
    ),
    "order_lines": (
        # The lines of a rejected order, whatever their own state.
        rejected("rejected_order", 0, "unknown_order"),
        rejected("missing_key", 8),
        rejected("unparsable_number", 8),
        rejected("negative_quantity", 8, when="not is_void"),
        rejected("unknown_order", 8),
        duplicated(40),
        repaired("category_spelling", 100, "category", "category is not null"),
    ),
    "events": (
        rejected("missing_key", 4),
        rejected("missing_date", 3),
        rejected("unparsable_date", 4),
        rejected("in_the_future", 3),
        duplicated(30),
        kept("late", 20),
        kept("unknown_contact", 1),
        repaired("date_spelling", 25, "event_at"),
        repaired("device_type_spelling", 20, "device_type"),
        repaired("country_spelling", 10, "country"),
    ),
    "messages": (
        rejected("missing_key", 8),
        rejected("missing_date", 8),
        rejected("unparsable_date", 8),
        rejected("in_the_future", 8),
        duplicated(30),
        kept("late", 20),
        repaired("date_spelling", 40, "sent_at"),
        repaired("opened_at_unreadable", 20, "opened_at", "opened_at is not null"),
    ),
    "survey_answers": (
        # Without their dates, the same answer told twice would be one row and its copy.
        rejected("missing_key", 50),
        rejected("missing_date", 50, when="not is_again"),
        rejected("unparsable_date", 50, when="not is_again"),
        duplicated(100),
        repaired("date_spelling", 100, "answered_at"),
        repaired("answer_unreadable", 60, "answer_value", "answer_value is not null"),
    ),
    "interests": (
        rejected("missing_key", 80),
        rejected("missing_date", 80, when="not is_again"),
        rejected("unparsable_date", 80, when="not is_again"),
        duplicated(120),
        repaired("interest_spelling", 300, "interest"),
        repaired("date_spelling", 100, "observed_at"),
    ),
    "consents": (
        rejected("missing_key", 60),
        rejected("unparsable_date", 60),
        rejected("in_the_future", 60),
        rejected("unparsable_boolean", 60),
        duplicated(100),
        repaired("boolean_spelling", 200, "is_granted"),
        repaired("date_spelling", 100, "decided_at"),
    ),
    "erasure_requests": (),
    "outcomes": (duplicated(400),),
    "attributes": (
        rejected("missing_key", 50),
        rejected("unparsable_date", 50),
        duplicated(100),
        repaired("unit_spelling", 400, "value_number", "attribute = 'distance_to_store'"),
        repaired("date_spelling", 100, "observed_at"),
    ),
    "places": (
        duplicated(200),
        repaired("country_spelling", 300, "country"),
        repaired("city_spelling", 300, "city"),
    ),
    "daily_weather": (
        rejected("missing_key", 4),
        rejected("unparsable_date", 4),
        rejected("in_the_future", 4),
        duplicated(20),
        repaired("date_spelling", 40, "observed_on"),
    ),
}

# A few texts that look like dates and numbers and are none.
UNPARSABLE_DATES = ("31/02/2025", "2025-13-45", "hier", "0000-00-00", "12 mars", "99/99/9999")
UNPARSABLE_NUMBERS = ("n/a", "abc", "douze", "--", "1.2.3")


def damage_of(table: str, state: str) -> str:
    """Give the SQL of the damage a row takes, or null."""
    draw = whole(state, f"damage of {table}", 10000)
    arms = []
    below = 0
    for damage in DAMAGES[table]:
        condition = f" and ({damage.when})" if damage.when else ""
        above, below = below, below + damage.per_10000
        if damage.per_10000:
            arms.append(
                f"when {draw} >= {above} and {draw} < {below}{condition} then '{damage.kind}'"
            )
    if not arms:
        return "cast(null as varchar)"
    # Almost all rows are sound: one draw settles them, before any arm is looked at.
    return f"case when {draw} < {below} then case {' '.join(arms)} end end"


def damages_table() -> str:
    """Give the SQL of all kinds of damage, one row per table and kind."""
    rows = [
        f"('{table}', '{damage.kind}', '{damage.expected}', "
        + ("null" if damage.reason is None else f"'{damage.reason}'")
        + ", "
        + ("null" if damage.column is None else f"'{damage.column}'")
        + ")"
        for table, damages in DAMAGES.items()
        for damage in damages
    ]
    columns = "source_table, damage, expected, expected_reason, column_name"
    values = ",\n    ".join(rows)
    return f"select * from (values\n    {values}\n) as damages({columns})"


def record_key(table: Table) -> str:
    """Give the SQL of the record key: the key, or the md5 of the raw row if a part is missing."""
    required = [column for column in table.key if column not in table.optional_key]
    is_missing = " or ".join(f"coalesce(trim({column}), '') = ''" for column in required)
    key = " || '|' || ".join(f"coalesce(trim({column}), '')" for column in table.key)
    row = " || chr(31) || ".join(f"coalesce({column}, chr(30))" for column in table.columns)
    return f"case when {is_missing} then md5({row}) else {key} end"


def spelled(
    column: str, spellings: Mapping[str, Sequence[str]], *, habit: int = 0, state: str = "state"
) -> str:
    """Give the SQL of a column as its source system spells it.

    The CRM writes French (the spelling at position ``habit``), the others the canonical value;
    a row damaged in this column takes any spelling.
    """
    french = " ".join(
        f"when {literal(value)} then {literal(variants[habit])}"
        for value, variants in spellings.items()
    )
    return f"""case
        when damage = '{column}_spelling'
            then {choose(spellings, column, state, f"{column} noise", column)}
        when source_system = 'crm' then case {column} {french} else {column} end
        else {column}
    end as {column}"""
