"""What submitted quotas are worth beside a basis, judged on past periods.

Two estimates that err for different reasons err less together than either does alone (Bates and
Granger 1969, The Combination of Forecasts). The quotas that there were are taken as what people
submitted on a period's first day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.findings import Finding
from planner.quotas.backtest import backtest_quotas, choose_blend
from planner.quotas.past_attainment import Basis, Blend, PastPeriod, attain, relate_to_company

Floats = npt.NDArray[np.float64]
TENTHS = tuple(tenth / 10 for tenth in range(11))
# Periods that are known before one is judged, and reps that make a period worth it.
FEWEST_BEFORE = 2
FEWEST_REPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Submissions:
    """How much of what was submitted belongs into a basis.

    Parameters
    ----------
    share
        Its weight, 0 to 1, as chosen on all past periods.
    blend
        The basis with it.
    dispersion
        What mixtures leave in the judged periods, each chosen on the periods before it alone.
    alone, without
        What the submitted quotas leave by themselves in the same periods, and what a basis
        without them leaves that is chosen in the same way.
    periods
        How many periods were judged.
    """

    share: float
    blend: Blend
    dispersion: float
    alone: float
    without: float
    periods: int


def weigh_submissions(periods: Sequence[PastPeriod], judged: int) -> Submissions | None:
    """Return what submitted quotas are worth beside a basis, None where the past is too short.

    Parameters
    ----------
    periods
        The past, oldest first.
    judged
        How many of the last periods are judged, by what those before each would have chosen.
    """
    known = [period for period in periods if _takers(period) >= FEWEST_REPS]
    places = range(max(FEWEST_BEFORE, len(known) - judged), len(known))
    if not places:
        return None
    chosen = [choose_mixture(known[:place]) for place in places]
    last = [known[place] for place in places]
    share, blend = choose_mixture(known)
    return Submissions(
        share=share,
        blend=mix(blend, share),
        dispersion=_spread(last, [mix(blend, share) for share, blend in chosen]),
        alone=_spread(last, [None] * len(last)),
        without=_spread(last, [blend for _, blend in chosen]),
        periods=len(last),
    )


def choose_mixture(periods: Sequence[PastPeriod]) -> tuple[float, Blend]:
    """Return the share of what was submitted, and the basis beside it, that leave reps closest.

    Parameters
    ----------
    periods
        Past periods with quotas.
    """
    blend = choose_blend(backtest_quotas(periods))
    left = [_spread(periods, [mix(blend, share)] * len(periods)) for share in TENTHS]
    return TENTHS[int(np.argmin(left))], blend


def mix(blend: Blend, share: float) -> Blend:
    """Return a basis of which a share is what was submitted.

    Parameters
    ----------
    blend
        The rest.
    share
        From 0 to 1.
    """
    rest = {name: weight * (1 - share) for name, weight in blend.items() if share < 1}
    return ({"submitted": share} if share else {}) | rest


def find_submissions(found: Submissions | None) -> tuple[Finding, ...]:
    """Say so where submitted quotas and a basis together do better than either alone.

    Parameters
    ----------
    found
        From :func:`weigh_submissions`.
    """
    if found is None or found.dispersion >= min(found.alone, found.without):
        return ()
    basis = ", ".join(f"{name} = {weight:.3g}" for name, weight in found.blend.items())
    return (
        Finding(
            severity="info",
            code="backtest.submitted",
            message="Taken as what was submitted and mixed with a basis, the past quotas would have "
            f"left reps less far apart than either alone: in the last {found.periods} periods "
            f"{found.dispersion:.3f}, against {found.alone:.3f} of the quotas and "
            f"{found.without:.3f} of a basis, both weights chosen on earlier periods.",
            advice=f"Have quotas submitted and try quota.basis = {{ {basis} }}. It holds as far as "
            "the past quotas were written down before their periods began.",
            subject="quota.basis",
            value=f"{found.share:g}",
        ),
    )


def _takers(period: PastPeriod) -> int:
    quoted = (period.quota > 0).any()
    return int(np.isfinite(attain(period, None)).sum()) if quoted else 0


def _spread(periods: Sequence[PastPeriod], bases: Sequence[Basis | None]) -> float:
    apart = [
        relate_to_company(period, attain(period, basis))
        for period, basis in zip(periods, bases, strict=True)
    ]
    return float(np.concatenate(apart).std())
