"""The formulas of drift in SQL against scipy and numpy."""

import duckdb
import numpy as np
import pytest
from rendered_macros import render
from scipy.stats import chi2, kstwobign, norm

TAILS = (0.5, 0.05, 0.001, 0.001 / 27, 0.001 / 100)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory) -> dict[str, str]:
    return render(
        tmp_path_factory.mktemp("drift_macros"),
        {
            "normal": "{{ coterie.normal_quantile('tail') }}",
            "chi_square": "{{ coterie.chi_square_quantile('degrees', 'tail') }}",
            "term": "{{ coterie.stability_term('now', 'n1', 'before', 'n2', 'bins') }}",
            "ks_limit": "{{ coterie.ks_limit('n1', 'n2', 'tail') }}",
            "limit": "{{ coterie.stability_limit('n1', 'n2', 'bins', '0.001') }}",
        },
    )


def value(expression: str, **columns: float) -> float:
    names = ", ".join(columns)
    places = ", ".join("?" for _ in columns)
    query = f"select {expression} from (values ({places})) as row ({names})"
    with duckdb.connect() as connection:
        return float(connection.execute(query, list(columns.values())).fetchall()[0][0])


@pytest.mark.parametrize("tail", TAILS)
def test_normal_quantile(rendered, tail):
    assert value(rendered["normal"], tail=tail) == pytest.approx(norm.isf(tail), abs=0.00045)


@pytest.mark.parametrize("tail", TAILS[1:])
@pytest.mark.parametrize(
    ("degrees", "low", "high"),
    [(1, 0.97, 1.12), (2, 0.99, 1.08), (3, 0.99, 1.06), (5, 0.99, 1.04), (9, 0.99, 1.02)],
)
def test_chi_square_quantile(rendered, tail, degrees, low, high):
    """Too high rather than too low: a limit that is missed by so much raises no false alarm."""
    found = value(rendered["chi_square"], degrees=degrees, tail=tail)
    assert low < found / chi2.isf(tail, degrees) < high


def test_no_degree_of_freedom_no_chance(rendered):
    assert value(rendered["chi_square"], degrees=0, tail=0.001) == 0


def test_stability_index(rendered):
    now, before = np.array([0, 30, 70]), np.array([50, 40, 10])
    terms = [
        value(rendered["term"], now=int(a), n1=100, before=int(b), n2=100, bins=len(now))
        for a, b in zip(now, before, strict=True)
    ]
    p, q = (now + 0.5) / (100 + 1.5), (before + 0.5) / (100 + 1.5)
    # In the logarithm a share counts as var drift_share_floor at least: the first bin is empty now.
    ratio = np.maximum(p, 0.01) / np.maximum(q, 0.01)
    assert p.min() < 0.01
    assert sum(terms) == pytest.approx(np.sum((p - q) * np.log(ratio)), abs=1e-12)


def test_limit_is_chance_in_small_samples_and_a_tenth_in_large_ones(rendered):
    small = value(rendered["limit"], n1=500, n2=500, bins=10)
    assert small == pytest.approx(chi2.isf(0.001, 9) * (1 / 500 + 1 / 500), rel=0.01)
    assert value(rendered["limit"], n1=20000, n2=20000, bins=10) == 0.1


@pytest.mark.parametrize("tail", TAILS[1:])
def test_ks_limit(rendered, tail):
    """The first term of the limiting distribution: exact in the tail."""
    found = value(rendered["ks_limit"], n1=1000, n2=4000, tail=tail)
    assert found == pytest.approx(kstwobign.isf(tail) * (1 / 1000 + 1 / 4000) ** 0.5, rel=0.001)
