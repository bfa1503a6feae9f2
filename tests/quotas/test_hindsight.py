"""Quotas that were made from their own result are told from those that know the past alone."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from planner.quotas.hindsight import find_hindsight, measure_hindsight
from planner.quotas.past import PastQuotas

STARTS = [date(2023 + month // 12, month % 12 + 1, 1) for month in range(0, 30, 3)]


def past(knows: str, reps: int = 8, seed: int = 4) -> PastQuotas:
    """Return ten quarters of reps whose quotas follow the past, or the result, with some noise."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[str, date, date, int, int]] = []
    for rep in range(reps):
        level = rng.uniform(11, 14)
        booked = np.exp(level + 0.4 * rng.standard_normal(len(STARTS)))
        for quarter in range(len(STARTS) - 1):
            known = booked[quarter] if knows == "result" else booked[max(quarter - 1, 0)]
            quota = known * np.exp(0.05 * rng.standard_normal())
            span = STARTS[quarter], STARTS[quarter + 1]
            rows.append((f"r{rep}", *span, round(quota), round(booked[quarter])))
    ids, starts, afters, quotas, attained = zip(*rows, strict=True)
    return PastQuotas(
        rep_ids=ids,
        starts=starts,
        afters=afters,
        quotas=np.array(quotas, dtype=np.int64),
        attained=np.array(attained, dtype=np.int64),
    )


@pytest.mark.parametrize("seed", range(5))
def test_only_quotas_made_from_the_result_are_found(seed: int) -> None:
    """A quota that follows the last quarter is not taken for one that knew the next."""
    (found,) = find_hindsight(past("result", seed=seed))
    assert found.code == "quotas.hindsight"
    assert find_hindsight(past("past", seed=seed)) == ()
    value, count = measure_hindsight(past("past", seed=seed))
    assert value is not None
    assert abs(value) < 0.5
    assert count == 8 * (len(STARTS) - 3)


def test_too_few_quotas_tell_nothing() -> None:
    """Two reps are no evidence."""
    assert measure_hindsight(past("result", reps=2)) == (None, 14)
    assert find_hindsight(past("result", reps=2)) == ()
