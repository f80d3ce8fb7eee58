"""Samples with a shape that is known."""

import numpy as np

# Wide enough apart for every algorithm, and not all at the same distance from each other.
GROUP_CENTRES = np.array([[0, 0, 0], [6, 0, 0], [0, 8, 0], [0, 0, 10], [9, 9, 0]], dtype=float)


def round_groups(rows=500, *, spread=0.5, seed=1):
    """Return five round groups of equal size, and the group of each row."""
    generator = np.random.default_rng(seed)
    # In no order: every fifth row is held out, it must not be a group of its own.
    truth = generator.permutation(np.arange(rows) % len(GROUP_CENTRES))
    return GROUP_CENTRES[truth] + generator.normal(0, spread, (rows, 3)), truth


def bent_bands(rows=1200, *, spread=0.08, seed=1):
    """Return three long bent bands side by side, scaled, and the band of each row.

    Behaviours that go together seldom do so on a straight line: the cells of one centre a segment
    do not follow them.
    """
    generator = np.random.default_rng(seed)
    band = np.arange(rows) % 3
    along = np.pi * generator.uniform(size=rows)
    first = np.choose(band, [np.cos(along), 1 - np.cos(along), along - 0.5])
    second = np.choose(band, [np.sin(along), 0.4 - np.sin(along), 1.7 + 0.2 * np.sin(2 * along)])
    points = np.column_stack([first, second, 0.3 * along])
    points += generator.normal(0, spread, points.shape)
    return points / points.std(axis=0), band


def with_noise(points, *, share=0.1, seed=2):
    """Add points far from all others and from each other; return them and whether each is one."""
    generator = np.random.default_rng(seed)
    count = int(share * len(points))
    low, high = points.min(axis=0) - 15, points.max(axis=0) + 15
    spread = generator.uniform(low, high, (40 * count, points.shape[1]))
    gaps = np.linalg.norm(spread[:, None, :] - points[None, ::5, :], axis=2).min(axis=1)
    spread = spread[gaps > 4][:count]
    is_noise = np.repeat([False, True], [len(points), len(spread)])
    # Mixed in a fixed order: every fifth row is held out.
    order = generator.permutation(len(is_noise))
    return np.vstack([points, spread])[order], is_noise[order]
