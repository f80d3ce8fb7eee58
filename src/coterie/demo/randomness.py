"""Chance as arithmetic: every draw is a pure function of the seed, an entity and a purpose.

DuckDB's ``random()`` depends on the run and the threads, and ``hash()`` may change with the
version. Three rounds of exclusive-or and multiplication modulo a prime do not. A *state* is a
32-bit integer that stands for an entity (a person, an order, an event); a draw mixes it with the
checksum of a purpose in words.
"""

import zlib
from collections.abc import Mapping, Sequence

# Each macro names its first argument once: macros are expanded as text, and a second mention
# would double the work at each level of nesting wherever the engine does not share expressions.
# Products stay below 2^63: 32-bit states times multipliers below 2^31. The primes are the
# largest below 2^32.
MACROS = """
create or replace temp macro mix_round(a, salt, multiplier, prime) as
    (xor(a, salt) * multiplier) % prime;

create or replace temp macro mixed(state, salt) as
    mix_round(
        mix_round(
            mix_round(state, salt, 1597334677, 4294967291),
            2654435769, 1812433253, 4294967279
        ),
        2246822507, 1540483477, 4294967231
    );

-- The state of a child entity: the n-th order of a person, the n-th line of an order.
create or replace temp macro child_state(state, n) as
    mix_round(
        mix_round(
            xor(mix_round(state, 2654435769, 1597334677, 4294967291), n & 4294967295),
            3266489909, 1812433253, 4294967279
        ),
        2246822507, 1540483477, 4294967231
    );
"""


def salt(purpose: str) -> int:
    """Return the 32-bit number that stands for a purpose."""
    return zlib.crc32(purpose.encode())


def uniform(state: str, purpose: str) -> str:
    """Give the SQL of a uniform draw in [0, 1)."""
    return f"(mixed({state}, {salt(purpose)}) / 4294967296.0)"


def whole(state: str, purpose: str, below: int | str) -> str:
    """Give the SQL of a whole number in 0 .. below - 1."""
    return f"cast(floor({uniform(state, purpose)} * {below}) as bigint)"


def normal(state: str, purpose: str) -> str:
    """Give the SQL of a draw with mean 0 and variance 1, bounded at about 3.5 (four uniforms)."""
    parts = " + ".join(uniform(state, f"{purpose} {part}") for part in range(4))
    return f"(({parts} - 2) * 1.7320508)"


def gamma(state: str, purpose: str, shape: int) -> str:
    """Give the SQL of a gamma draw with mean 1 and a whole shape: a sum of exponentials."""
    product = " * ".join(f"(1 - {uniform(state, f'{purpose} {part}')})" for part in range(shape))
    return f"(-ln({product}) / {shape})"


def literal(value: object) -> str:
    """Give the SQL literal of a text or number."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def pick(values: Sequence[object], state: str, purpose: str) -> str:
    """Give the SQL that picks one of the values, each as likely."""
    items = ", ".join(literal(value) for value in values)
    return f"([{items}])[1 + {whole(state, purpose, len(values))}]"


def slots(weights: Mapping[object, float], count: int = 100) -> list[object]:
    """Spread weighted values over a fixed number of slots (largest remainders get the rest)."""
    total = sum(weights.values())
    exact = {value: weight / total * count for value, weight in weights.items()}
    held = {value: int(share) for value, share in exact.items()}
    rest = sorted(exact, key=lambda value: exact[value] - held[value], reverse=True)
    for value in rest[: count - sum(held.values())]:
        held[value] += 1
    return [value for value, times in held.items() for _ in range(times)]


def pick_by_type(
    weights: Sequence[Mapping[object, float]], type_number: str, state: str, purpose: str
) -> str:
    """Give the SQL that picks a weighted value from the row of the customer type (1 to n)."""
    items = ", ".join(literal(value) for row in weights for value in slots(row))
    return f"([{items}])[1 + ({type_number} - 1) * 100 + {whole(state, purpose, 100)}]"


def pick_weighted(weights: Mapping[object, float], state: str, purpose: str) -> str:
    """Give the SQL that picks a weighted value."""
    return pick_by_type([weights], "1", state, purpose)


def choose(
    choices: Mapping[str, Sequence[str]], key: str, state: str, purpose: str, otherwise: str
) -> str:
    """Give the SQL that picks a spelling of the canonical value in the expression ``key``."""
    arms = "\n".join(
        f"        when {literal(value)} then {pick(spellings, state, purpose)}"
        for value, spellings in choices.items()
        if spellings
    )
    return f"case {key}\n{arms}\n        else {otherwise}\n    end"
