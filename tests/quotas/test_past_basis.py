"""A plan's own basis on past periods: by role and by component, not on the mean of its tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.inputs.money import currency
from planner.quotas.backtest import OWN, backtest_quotas, held_out_sample
from planner.quotas.parameters import QuotaParameters
from planner.quotas.past_attainment import PastPeriod, attain, quota_shares
from planner.quotas.past_basis import find_unreplayed, names_potential, replayed_basis

USD = currency("USD")
BY_ROLE = {"Hunter": {"potential": 1.0}, "Farmer": {"history": 1.0}}
ROLES = ("Hunter",) * 15 + ("Farmer",) * 15


def own(**keys):
    """Return the replayed basis of a plan with a goal of 100."""
    return replayed_basis(QuotaParameters(goal=100, **keys), USD)


def past(seed=5):
    """A period in which hunters book by potential and farmers by history, exactly."""
    rng = np.random.default_rng(seed)
    names = ("history", "potential", "run_rate")
    measures = {name: rng.lognormal(15, 0.6, 30) for name in names}
    scaled = {name: values / values.sum() for name, values in measures.items()}
    hunting = np.array([role == "Hunter" for role in ROLES])
    return PastPeriod(
        name="one",
        size=np.ones(30),
        tenure=np.full(30, np.nan),
        productive=np.ones(30),
        actual=1e6 * np.where(hunting, scaled["potential"], scaled["history"]),
        quota=np.full(30, 1e6),
        roles=ROLES,
        **measures,
    )


def test_a_basis_by_role_is_tried_by_role():
    """Bookings that follow each role's own measure leave nobody apart, their mean does."""
    scores = backtest_quotas([past()], own=own(basis=BY_ROLE))
    assert scores[OWN].dispersion == pytest.approx(0.0, abs=1e-9)
    assert scores["history=0.5,potential=0.5"].dispersion > 0.1
    assert OWN not in backtest_quotas([past()])


def test_a_role_that_no_table_names_has_the_default():
    """Farmers take the table called default, without one half history and half potential."""
    named = {"Hunter": {"potential": 1.0}}
    halves = own(basis={**named, "Farmer": {"history": 1.0, "potential": 1.0}})
    assert np.array_equal(quota_shares(past(), own(basis=named)), quota_shares(past(), halves))
    default = own(basis={**named, "default": {"history": 1.0}})
    assert np.array_equal(quota_shares(past(), default), quota_shares(past(), own(basis=BY_ROLE)))


def test_one_table_is_the_same_for_every_role():
    """A plain basis of a plan is the blend of that name."""
    period = past()
    mine = attain(period, own(basis={"history": 3.0, "potential": 1.0}))
    assert mine == pytest.approx(attain(period, {"history": 0.75, "potential": 0.25}))


def test_components_are_shared_out_among_their_own_carriers():
    """Farmers owe the renewals by history, hunters the new business by potential, 30 to 70."""
    parts = {
        "renewal": {"share": 0.3, "basis": {"history": 1.0}, "roles": ["Farmer"]},
        "new": {"share": 0.7, "basis": {"potential": 1.0}, "roles": ["Hunter"]},
        "leads": {"goal": 500, "unit": "leads", "roles": ["Farmer"]},
    }
    period, hunting = past(), np.array([role == "Hunter" for role in ROLES])
    shares = quota_shares(period, own(components=parts))
    of_hunters = period.potential * hunting / period.potential[hunting].sum()
    of_farmers = period.history * ~hunting / period.history[~hunting].sum()
    assert shares / shares.sum() == pytest.approx(0.7 * of_hunters + 0.3 * of_farmers)


def test_a_component_that_nobody_carried_then_is_left_out():
    """A role without past quotas has no part in the total."""
    parts = {
        "new": {"share": 0.5, "basis": {"potential": 1.0}},
        "key": {"share": 0.5, "roles": ["Nobody"]},
    }
    shares = quota_shares(past(), own(components=parts))
    alone = quota_shares(past(), {"potential": 1.0})
    assert shares / shares.sum() == pytest.approx(alone / alone.sum())


def test_measures_unknown_of_the_past_fall_to_the_others_and_are_named():
    """A column of accounts has no past; the rest of the table stands in, and it is said."""
    keys = {"basis": {"history": 0.2, "market": 0.8}}
    assert own(**keys)[0].tables == {"": {"history": 1.0}}
    assert own(basis={"market": 1.0})[0].tables == {"": {"history": 0.5, "potential": 0.5}}
    (finding,) = find_unreplayed(QuotaParameters(goal=100, **keys))
    assert "market" in finding.message
    assert not find_unreplayed(QuotaParameters(goal=100, basis=BY_ROLE))


def test_forecasts_are_made_only_for_a_basis_that_rests_on_them():
    """History alone needs no past forecast, one role's potential does."""
    assert not names_potential(own(basis={"history": 1.0}))
    assert names_potential(own(basis=BY_ROLE))


def test_fairness_is_judged_on_the_basis_by_role():
    """Held-out attainment under the plan's own tables is one where bookings follow them."""
    period = replace(past(), actual=past().actual * 2)
    sample = held_out_sample([period], own(basis=BY_ROLE), [""] * 30)
    assert np.ptp(sample.attainment) == pytest.approx(0.0, abs=1e-9)
