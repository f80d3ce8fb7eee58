"""Months of purchases, from the cohorts of the last publication."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log
from typing import Any

from coterie.dashboard.blocks import ALL
from coterie.dashboard.marts import OTHER, Marts
from coterie.dashboard.suppression import suppress

# Months of the choices of the filter `period`; ALL is every month there is.
PERIODS = {ALL: None, "12": 12, "6": 6, "3": 3}

# A quarter is compared with the same quarter a year before, so that the season is the same.
QUARTER = 3
YEAR = 12


@dataclass(frozen=True)
class Growth:
    """A segment's last quarter against an earlier one: buyers are counted once a month."""

    segment: str
    buyers: int
    buyers_before: int
    new_buyers: int
    new_buyers_before: int
    revenue: Decimal
    revenue_before: Decimal

    @property
    def change(self) -> float | None:
        """Change of the revenue as a share; None where there was none before."""
        return float(self.revenue / self.revenue_before) - 1 if self.revenue_before else None

    @property
    def spend(self) -> float:
        """Revenue by buyer and month."""
        return float(self.revenue) / self.buyers if self.buyers else 0.0

    @property
    def spend_before(self) -> float:
        """The same before."""
        return float(self.revenue_before) / self.buyers_before if self.buyers_before else 0.0

    @property
    def driver(self) -> str:
        """What moved the revenue most: spend, new (buyers) or returning (buyers)."""
        if not (self.spend and self.spend_before):
            return "returning"
        buyers = abs(log(self.buyers / self.buyers_before))
        if abs(log(self.spend / self.spend_before)) > buyers:
            return "spend"
        new = self.new_buyers - self.new_buyers_before
        returning = self.buyers - self.buyers_before - new
        return "new" if abs(new) > abs(returning) else "returning"


def months(marts: Marts, breakdown: str, extra: str = "") -> list[dict[str, Any]]:
    """Buyers, first purchases and revenue by calendar month and value of a breakdown.

    A month counts once all of it has been lived through.
    """
    return marts.records(
        f"""
        select
            breakdown_value as part,
            cast(cohort_month + to_months(period) as date) as month,
            cast(sum(active) as bigint) as buyers,
            cast(coalesce(sum(active) filter (period = 0), 0) as bigint) as new_buyers,
            sum(revenue) as revenue
        from {marts.relation("cohort_retention")}
        where breakdown = $breakdown and period_unit = 'month' and is_mature {extra}
        group by 1, 2
        order by 1, 2
        """,
        {"breakdown": breakdown},
    )


def is_complete(marts: Marts) -> bool:
    """Whether every customer's purchases are in the months: cohorts are followed for a while."""
    (row,) = marts.rows(
        f"""
        select count(*) from (
            select cohort_month
            from {marts.relation("cohort_retention")}
            where breakdown = 'all' and period_unit = 'month'
            group by cohort_month
            having bool_and(is_mature)
                and cast(cohort_month + to_months(max(period)) as date) < $last
        )
        """,
        {"last": _last_month(marts)},
    )
    return row[0] == 0


def growth(marts: Marts) -> tuple[list[Growth], bool]:
    """Compare each segment's last three months with earlier ones; the fastest growing first.

    Returns
    -------
    tuple
        The segments, and whether they are compared with the same months a year before (else with
        the three months before); no segments where there are too few months.
    """
    rows = months(marts, "segment")
    known = sorted({row["month"] for row in rows})
    if len(known) >= YEAR + QUARTER:
        now, before, is_yearly = known[-QUARTER:], known[-QUARTER - YEAR : -YEAR], True
    elif len(known) >= 2 * QUARTER:
        now, before, is_yearly = known[-QUARTER:], known[-2 * QUARTER : -QUARTER], False
    else:
        return [], False
    segments = {row["segment_id"] for row in marts.segments if row["level"] == "segment"}
    found = []
    for segment in sorted(segments):
        own = [row for row in rows if row["part"] == segment]

        def total(figure: str, when: list[date], own: list[dict[str, Any]] = own) -> Any:
            return sum(row[figure] for row in own if row["month"] in when)

        found.append(
            Growth(
                segment,
                total("buyers", now),
                total("buyers", before),
                total("new_buyers", now),
                total("new_buyers", before),
                Decimal(total("revenue", now)),
                Decimal(total("revenue", before)),
            )
        )
    none = float("-inf")
    found.sort(key=lambda row: none if row.change is None else row.change, reverse=True)
    return found, is_yearly


def last_months(rows: list[tuple[Any, ...]], month: int, period: int) -> list[tuple[Any, ...]]:
    """Repeat rows for each choice of the filter `period`: those of its last months.

    Parameters
    ----------
    rows
        Rows with ALL in the column `period`.
    month
        Position of the first day of the month.
    period
        Position of the filter's value.
    """
    known = sorted({row[month] for row in rows})
    result = []
    for choice, length in PERIODS.items():
        shown = set(known if length is None else known[-length:])
        result += [
            (*row[:period], choice, *row[period + 1 :]) for row in rows if row[month] in shown
        ]
    return result


def by_country(marts: Marts) -> list[tuple[Any, ...]]:
    """Months by choice of country: country, month, buyers, new buyers, revenue; suppressed."""
    counted: dict[tuple[str, date], list[Any]] = {}
    for breakdown in ("all", "country"):
        for row in months(marts, breakdown):
            country = row["part"] if row["part"] in marts.countries else OTHER
            country = ALL if breakdown == "all" else country
            figures = counted.setdefault((country, row["month"]), [0, 0, Decimal(0)])
            for at, name in enumerate(("buyers", "new_buyers", "revenue")):
                figures[at] += row[name]
    forced = {(country,) for country, channel in marts.hidden_choices if channel == ALL}
    rows: list[tuple[Any, ...]] = [(*key, *figures) for key, figures in sorted(counted.items())]
    options = {"minimum": marts.min_cell_size, "dimensions": [0], "by": [1], "forced": forced}
    # Those who buy for the first time are fewer than all who buy: a cell of their own.
    rows = suppress(rows, count=3, **options)
    return suppress(rows, count=2, figures=[4], **options)


def _last_month(marts: Marts) -> date:
    (row,) = marts.rows(
        f"""
        select max(cast(cohort_month + to_months(period) as date))
        from {marts.relation("cohort_retention")}
        where breakdown = 'all' and period_unit = 'month' and is_mature
        """
    )
    return row[0]
