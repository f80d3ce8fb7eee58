"""No structure, no segments: what a training round with the default settings makes of clouds."""

import numpy as np
import pytest
from dbt_project_runner import record

from coterie.segmentation import CUTS, Fit, Settings, fit_segments

pytestmark = pytest.mark.prove

FEATURES = (2, 3, 5, 8)
NOISE_DRAWS, CLOUD_DRAWS = 5, 2
ROWS = 4000


def noise(features: int, seed: int) -> np.ndarray:
    """One Gaussian cloud alike in all directions."""
    return np.random.default_rng([seed, features]).normal(size=(ROWS, features))


def cloud(features: int, seed: int) -> np.ndarray:
    """One Gaussian cloud whose features say something about each other, scaled."""
    generator = np.random.default_rng([seed, features, 1])
    mixed = generator.normal(size=(features, features)) + np.eye(features)
    values = generator.normal(size=(ROWS, features)) @ mixed
    return (values - values.mean(axis=0)) / values.std(axis=0)


def fits(drawn, features: int, draws: int, **changed) -> list[Fit]:
    """Rounds of so many draws, with the default settings but for what is changed."""
    clouds = [drawn(features, seed) for seed in range(draws)]
    return [fit_segments(v, v[:, 0], settings=Settings(**changed)) for v in clouds]


def test_nothing_passes_on_isotropic_noise_and_one_cloud_is_a_continuum():
    alike = {features: fits(noise, features, NOISE_DRAWS) for features in FEATURES}
    uneven = {features: fits(cloud, features, CLOUD_DRAWS) for features in FEATURES}
    untested = fits(noise, 2, NOISE_DRAWS, noise_alpha=1)
    record(
        f"clouds without groups, {ROWS:,} rows",
        {
            f"{features} features": {
                "isotropic_draws": NOISE_DRAWS,
                "isotropic_that_pass": sum(f.algorithm != "rules" for f in alike[features]),
                "correlated_draws": CLOUD_DRAWS,
                "correlated_that_are_a_continuum": sum(f.verdict == CUTS for f in uneven[features]),
                "correlated_segments": [f.segment_count for f in uneven[features]],
            }
            for features in FEATURES
        }
        | {
            "2 features without the test of sphericity": {
                "isotropic_draws": NOISE_DRAWS,
                "isotropic_that_pass": sum(f.algorithm != "rules" for f in untested),
            }
        },
    )
    for features in FEATURES:
        assert [fit.algorithm for fit in alike[features]] == ["rules"] * NOISE_DRAWS, features
        assert [fit.verdict for fit in uneven[features]] == [CUTS] * CLOUD_DRAWS, features
