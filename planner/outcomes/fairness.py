"""The plan's own sample for the fairness tests: simulated attainment beside what was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.outcomes.attainment import Simulation
from planner.quotas.books import Books
from planner.quotas.fairness_result import FairnessSample
from planner.quotas.past import build_sample
from planner.quotas.result import QuotaSheet


def plan_sample(
    simulation: Simulation,
    quotas: QuotaSheet,
    books: Books,
    reps: Sequence[Rep],
    period: Period,
    regions: Mapping[str, str],
) -> FairnessSample:
    """Return each seat's expected attainment beside what its holder was given.

    Parameters
    ----------
    simulation
        Of the plan.
    quotas
        What everybody owes; brought to a full, ramped year by each person's productive share.
    books
        What each seat's accounts bring.
    reps, period
        For tenure on the plan's first day.
    regions
        A name for each rep: a country, a manager's team.
    """
    place = {rep_id: seat for seat, rep_id in enumerate(simulation.rep_ids)}
    owed = quotas.by_person("rep")
    ramp = {derived.rep_id: derived.ramp for derived in quotas.derivations}
    seats = [place[rep_id] for rep_id in books.rep_ids]
    quota = np.array([float(owed.get(rep_id, 0)) for rep_id in books.rep_ids])
    expected = simulation.own[seats].mean(axis=1)
    share = np.array([ramp.get(rep_id, 1.0) for rep_id in books.rep_ids])
    unknown = np.full(len(quota), np.nan)
    sample = build_sample(
        np.divide(expected, quota, out=unknown.copy(), where=quota > 0),
        np.divide(quota, share, out=np.zeros(len(quota)), where=share > 0),
        books,
        reps,
        period.start,
        regions,
    )
    outcomes = simulation.outcomes
    return replace(sample, at_quota=outcomes.share_at_quota, within_20=outcomes.share_within_20)
