"""Charts are drawn for few and for many, and survive any name and any figure."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from planner.outputs.charts import (
    balance_chart,
    moves_chart,
    outcome_chart,
    quota_chart,
    season_chart,
)
from planner.outputs.plan import Plan
from planner.outputs.svg import short_label

from .conftest import build_plan


def words(svg: str) -> list[str]:
    """Return the texts of a chart."""
    return [part.text or "" for part in ET.fromstring(svg).iter() if part.tag.endswith("text")]


@pytest.mark.parametrize("reps", [1, 17, 90])
def test_charts_are_drawn_for_any_number_of_reps(reps: int) -> None:
    """Few territories are named one by one, many are shown as a distribution."""
    plan = build_plan(accounts=reps * 5, reps=reps, seed=3)
    balance = words(balance_chart(plan, "potential"))
    assert ("territories" in balance) == (reps > 40)
    assert any("T001" in word for word in balance) == (reps <= 40)
    for draw in (moves_chart, quota_chart, outcome_chart, season_chart):
        svg = draw(plan)
        assert svg is not None
        assert ET.fromstring(svg).get("role") == "img"


def test_a_chart_has_the_page_s_colours(company: Plan) -> None:
    """Colours are the page's variables, so that dark pages have dark charts."""
    svg = balance_chart(company, "potential")
    assert "var(--plan" in svg
    assert "var(--today" in svg
    assert "style=" not in svg


def test_figures_that_do_not_exist_are_left_out(company: Plan) -> None:
    """A territory without target or with nothing today breaks no chart."""
    measure = company.alignment.measures["potential"]
    odd = replace(
        measure,
        target=np.array([0.0, *measure.target[1:]]),
        today=np.zeros(3),
        tolerance=None,
    )
    alignment = replace(company.alignment, measures={"potential": odd})
    labels = words(balance_chart(replace(company, alignment=alignment), "potential"))
    assert not any("T001" in label for label in labels)
    assert any("T002" in label for label in labels)


def test_nothing_to_draw_is_none(company: Plan) -> None:
    """Without quotas or simulation there is no such chart."""
    bare = replace(company, quotas=None, outcomes=None)
    assert quota_chart(bare) is None
    assert outcome_chart(bare) is None
    assert season_chart(bare) is None


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.text(min_size=1, max_size=60))
def test_any_name_can_stand_in_a_chart(name: str) -> None:
    """Formulas, markup and odd letters are drawn as text."""
    plan = build_plan(accounts=12, reps=3, seed=1, names=(name,))
    assert words(balance_chart(plan, "potential"))


@given(st.text(max_size=200))
def test_labels_are_short_and_still(name: str) -> None:
    """A label fits, and holds no mark that turns the text around it."""
    label = short_label(name)
    assert len(label) <= 26
    assert not set(label) & set("\u202e\u2066\u200f\n\x07")
