"""How the members of a blend are weighed."""

from __future__ import annotations

import numpy as np
import pytest

from planner.potential.methods.blend import PastForecasts, blend_forecasts, learned_weights

BELIEF = (0.5, 0.5)


def made_past(weight: float, noise: float, seed: int = 1) -> PastForecasts:
    """Return a window that the first member forecast within ``noise``, the second not at all."""
    rng = np.random.default_rng(seed)
    actual = rng.lognormal(5, 1, 400)
    rates = np.column_stack([actual * rng.lognormal(0, noise, 400), rng.lognormal(5, 1, 400)])
    return PastForecasts(rates=rates, actual=actual, weight=weight)


def test_the_member_that_forecast_best_is_trusted() -> None:
    """A member that was right gets nearly all, and the weights sum to one."""
    weights = learned_weights([made_past(1.0, 0.1)], BELIEF)
    assert weights[0] > 0.9
    assert weights.sum() == pytest.approx(1)


def test_without_a_past_belief_counts() -> None:
    """No window that is over, or none that saw a buying cycle, leaves what is believed."""
    assert learned_weights([], BELIEF).tolist() == list(BELIEF)
    assert learned_weights([made_past(0.0, 0.1)], BELIEF).tolist() == list(BELIEF)


def test_little_evidence_moves_little() -> None:
    """The less of a buying cycle was seen, the nearer weights stay to the belief."""
    some, much = (learned_weights([made_past(w, 0.1)], BELIEF)[0] for w in (0.01, 1.0))
    assert 0.5 < some < much


def test_forecasts_are_blended_at_one_total() -> None:
    """Each member is scaled to the total first, so that weights are shares of influence."""
    blended = blend_forecasts(
        [np.array([1.0, 3.0]), np.array([300.0, 100.0])], np.array([0.5, 0.5]), 8.0
    )
    assert blended.tolist() == pytest.approx([4.0, 4.0])
