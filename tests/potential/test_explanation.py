"""What one account's figure rests on, in words and amounts."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from planner.potential.estimation import estimate
from planner.potential.explanation import explain_potential
from planner.potential.parameters import PotentialParameters
from tests.potential.conftest import make_company, monthly_history


@pytest.fixture(scope="module")
def explanations() -> list:
    data = make_company(monthly_history(accounts=39), 40)
    parameters = PotentialParameters(method="shrinkage", cuts=1, overrides={"A002": Decimal(9)})
    potential = estimate(data, parameters, 1)
    ids = tuple(data.accounts["account_id"])
    return [explain_potential(potential, n, ids, data.currency) for n in range(40)]


def test_parts_sum_to_the_figure(explanations: list) -> None:
    """The parts of a shrinkage estimate add up to what is expected, to a few cents."""
    for one in explanations:
        if not one.overridden:
            assert sum(amount for _, amount in one.parts) == pytest.approx(one.expected, abs=10)


def test_an_account_resembles_others_that_buy(explanations: list) -> None:
    """It never resembles itself, nor one that never bought."""
    for one in explanations:
        names = {other.account_id for other in one.lookalikes}
        assert len(names) == 5
        assert not names & {one.account_id, "A039"}


def test_words_say_what_is_special(explanations: list) -> None:
    """A figure that a person set, and an account without history, are said to be so."""
    assert "A person set the figure to 9.00 USD." in explanations[2].sentences
    assert any("has not booked anything" in text for text in explanations[39].sentences)
    assert "2026-12-31" in explanations[0].years


def test_it_can_be_written_as_json(explanations: list) -> None:
    """All values are plain."""
    assert json.loads(json.dumps(explanations[0].as_dict()))["account_id"] == "A000"
