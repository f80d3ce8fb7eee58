"""The columns of the input contract, in its order: what the raw tables of the demo look like."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A contract table: its columns, its key, and the key columns that may be empty."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    optional_key: tuple[str, ...] = ()


def _table(name: str, columns: str, key: str, optional_key: str = "") -> Table:
    return Table(name, tuple(columns.split()), tuple(key.split()), tuple(optional_key.split()))


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "contacts",
            "source_system contact_key email phone first_name last_name birth_date gender"
            " marital_status education occupation street postal_code city region country"
            " created_at updated_at",
            "source_system contact_key",
        ),
        _table(
            "orders",
            "source_system order_key contact_key ordered_at status currency total_amount channel"
            " updated_at",
            "source_system order_key",
        ),
        _table(
            "order_lines",
            "source_system order_key line_number product_key category quantity unit_price"
            " discount_amount",
            "source_system order_key line_number",
        ),
        _table(
            "events",
            "source_system event_key contact_key anonymous_key event_at event_type device_type"
            " platform content_type campaign_key postal_code country value",
            "source_system event_key",
        ),
        _table(
            "messages",
            "source_system message_key contact_key campaign_key channel sent_at delivered_at"
            " opened_at clicked_at unsubscribed_at bounced_at",
            "source_system message_key",
        ),
        _table(
            "survey_answers",
            "source_system contact_key survey_key question_key answer_value answer_text"
            " answered_at",
            "source_system contact_key survey_key question_key answered_at",
        ),
        _table(
            "interests",
            "source_system contact_key interest strength observed_at",
            "source_system contact_key interest observed_at",
        ),
        _table(
            "consents",
            "source_system contact_key purpose channel is_granted decided_at",
            "source_system contact_key purpose channel decided_at",
            "channel",
        ),
        _table(
            "erasure_requests",
            "source_system contact_key email requested_at",
            "source_system contact_key email requested_at",
            "contact_key email",
        ),
        _table(
            "outcomes",
            "source_system contact_key ended_at reason",
            "source_system contact_key ended_at",
        ),
        _table(
            "attributes",
            "source_system contact_key attribute value observed_at",
            "source_system contact_key attribute observed_at",
        ),
        _table(
            "places",
            "country postal_code city region latitude longitude population median_income",
            "country postal_code",
        ),
        _table(
            "daily_weather",
            "country postal_code observed_on temperature_c precipitation_mm",
            "country postal_code observed_on",
        ),
    )
}
