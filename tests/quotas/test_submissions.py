"""What submitted quotas are worth beside a basis, on companies whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.quotas.past_attainment import PastPeriod, attain
from planner.quotas.submissions import choose_mixture, find_submissions, mix, weigh_submissions

REPS = 40


def make_past(count: int, submitting: float, forecasting: float = 0.2) -> list[PastPeriod]:
    """Periods whose quotas and potential each miss the truth by an error of their own."""
    rng = np.random.default_rng(3)
    past = []
    for number in range(count):
        truth = rng.lognormal(15, 0.5, REPS)
        past.append(
            PastPeriod(
                name=str(number),
                history=rng.lognormal(15, 1.0, REPS),
                run_rate=rng.lognormal(15, 1.0, REPS),
                potential=truth * rng.lognormal(0, forecasting, REPS),
                size=np.ones(REPS),
                tenure=np.full(REPS, np.nan),
                productive=np.ones(REPS),
                actual=truth,
                quota=1.1 * truth * rng.lognormal(0, submitting, REPS),
            )
        )
    return past


def test_two_errors_of_their_own_cancel_in_part() -> None:
    """Equally good, each has about half the weight, and together they err by a root of two less."""
    found = weigh_submissions(make_past(10, 0.2), judged=4)
    assert found is not None
    assert found.periods == 4
    assert 0.3 <= found.share <= 0.7
    assert found.dispersion < 0.85 * min(found.alone, found.without)
    assert sum(found.blend.values()) == pytest.approx(1.0)
    (said,) = find_submissions(found)
    assert said.code == "backtest.submitted"
    assert "submitted = " in said.advice


def test_what_knows_nothing_has_no_weight() -> None:
    """Submissions far off are left out, and nothing is said of them."""
    found = weigh_submissions(make_past(10, 1.5), judged=4)
    assert found is not None
    assert found.share <= 0.1
    assert find_submissions(replace(found, dispersion=found.without)) == ()


def test_what_knows_the_result_has_all_weight() -> None:
    """Nothing is mixed into quotas that were made from the result."""
    found = weigh_submissions(make_past(10, 0.001), judged=4)
    assert found is not None
    assert found.share == 1.0
    assert found.blend == {"submitted": 1.0}
    assert find_submissions(found) == ()


def test_only_earlier_periods_choose() -> None:
    """The last period's own figures change nothing of what is chosen for it."""
    past = make_past(6, 0.2)
    other = [*past[:-1], replace(past[-1], actual=past[-1].actual[::-1])]
    assert choose_mixture(past[:-1]) == choose_mixture(other[:-1])
    first, second = (weigh_submissions(each, judged=1) for each in (past, other))
    assert first is not None
    assert second is not None
    share, blend = choose_mixture(past[:-1])
    attained = attain(past[-1], mix(blend, share))
    quotas = past[-1].actual / attained
    company = past[-1].actual.sum() / quotas.sum()
    assert first.dispersion == pytest.approx((attained / company).std())
    assert second.dispersion > first.dispersion


def test_submissions_alone_are_the_quotas_that_there_were() -> None:
    """Also for who was new: a quota that was set has his ramp in it, which counts once."""
    (past,) = make_past(1, 0.2)
    past = replace(past, productive=np.linspace(0.2, 1.0, REPS))
    assert attain(past, {"submitted": 1.0}) == pytest.approx(attain(past, None))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_short_past_tells_nothing(count: int) -> None:
    """A period is judged by at least two before it."""
    assert weigh_submissions(make_past(count, 0.2), judged=4) is None
    assert find_submissions(None) == ()


def test_periods_without_quotas_tell_nothing() -> None:
    """Nobody submitted anything then."""
    past = [replace(one, quota=np.zeros(REPS)) for one in make_past(6, 0.2)]
    assert weigh_submissions(past, judged=4) is None
