"""Transition sheets: every change stands on both sheets, with its deals and its effect."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import openpyxl

from planner.outputs.folder import load_plan
from planner.outputs.handover import handover_tables, list_handovers, plan_transitions
from planner.outputs.handover_page import make_transitions_page
from planner.outputs.moves import plan_moves
from planner.outputs.plan import Plan
from planner.outputs.tables import transitions_table


def test_each_move_is_one_loss_and_one_gain(demo_plan: Path) -> None:
    """The sheets hold exactly the moved accounts, with the figures of transitions.csv."""
    plan = load_plan(demo_plan)
    rows = list_handovers(plan)
    ids = plan.data.accounts["account_id"].astype(str).to_numpy()
    moved = set(ids[plan_moves(plan)])
    lost = {row.account_id: row for row in rows if not row.gained}
    gained = {row.account_id: row for row in rows if row.gained}
    assert set(lost) == moved
    table = {column.name: column.values for column in transitions_table(plan).columns}
    for place, account in enumerate(table["account_id"]):
        old, new = lost[account], gained[account]
        assert (old.rep_id, old.other) == (new.other, new.rep_id)
        assert old.rep_id == table["from"][place]
        assert new.trailing_revenue == table["trailing_revenue"][place]
        assert new.quota_effect == table["quota_effect"][place]
        assert new.reason == table["reason"][place]
        assert old.quota_effect <= 0 <= new.quota_effect


def test_open_deals_are_those_of_the_pipeline(demo_plan: Path) -> None:
    """The deals on a sheet add up to the open pipeline of the account."""
    plan = load_plan(demo_plan)
    rows = [row for row in list_handovers(plan) if row.open_pipeline]
    assert rows
    assert all(sum(deal.amount for deal in row.deals) == row.open_pipeline for row in rows)


def test_sums_by_rep_are_those_of_the_rows(demo_plan: Path) -> None:
    """The totals of the workbook are the sums of its rows, and lost less gained is nothing."""
    tables = handover_tables(load_plan(demo_plan))
    rows = {column.name: list(column.values) for column in tables["handover"].columns}
    sums = {column.name: list(column.values) for column in tables["handover_totals"].columns}
    for place, rep_id in enumerate(sums["rep_id"]):
        own = [n for n, rep in enumerate(rows["rep_id"]) if rep == rep_id]
        gains = [n for n in own if rows["direction"][n] == "gains"]
        assert sums["gained_accounts"][place] == len(gains)
        assert sums["lost_accounts"][place] == len(own) - len(gains)
        revenue = [rows["trailing_revenue"][n] for n in gains]
        assert sums["gained_trailing_revenue"][place] == sum(revenue)
    assert np.sum(sums["gained_trailing_revenue"]) >= np.sum(sums["lost_trailing_revenue"])


def test_each_rep_has_a_page_of_his_own(demo_plan: Path) -> None:
    """The printable page has a section for each rep, and the workbook both sheets."""
    plan = load_plan(demo_plan)
    page = (demo_plan / "transitions.html").read_text(encoding="utf-8")
    sheets = plan_transitions(plan)
    assert page.count('class="sheet"') == len(sheets) > 1
    assert all(f"({sheet.rep_id})" in page for sheet in sheets)
    assert "break-before: page" in page
    book = openpyxl.load_workbook(demo_plan / "workbook.xlsx", read_only=True)
    assert {"Handover", "Handover by rep"} <= set(book.sheetnames)


def test_hostile_names_stay_text(hostile_company: Plan) -> None:
    """Nothing in a table can add to the page."""
    page = make_transitions_page(hostile_company)
    assert "<script" not in page
    assert not re.search(r"""(src|href)=["'](https?:)?//""", page)
