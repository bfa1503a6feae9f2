"""Quotas beside the goal: in their own unit everywhere, and never in the direct sum."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from planner.outputs.csv_files import write_csv
from planner.outputs.plan import Plan
from planner.outputs.report_tables import beside_rows, quota_rows
from planner.outputs.summary import summarise
from planner.outputs.tables import quotas_table
from planner.pipeline.planning import make_plan
from planner.scenario.reading import read_scenario

PARTS = (
    "outcomes.draws=100",
    "quota.components.book={}",
    "quota.components.leads={goal=365, unit='leads', roles=['SDR']}",
    "quota.components.retention={retention=1.05, roles=['Account Executive']}",
    "quota.components.support={goal=100_000, kind='overlay', roles=['Sales Engineer']}",
)


@pytest.fixture(scope="module")
def parted(tiny_tables: Path) -> Plan:
    """A plan whose SDRs owe leads, whose reps owe retention, and whose engineers owe support."""
    return make_plan(read_scenario(tiny_tables / "baseline.toml", PARTS), tiny_tables)


def test_quotas_csv_has_each_part_in_its_own_unit(parted: Plan, tmp_path: Path) -> None:
    """365 leads are 365 leads, raised by the rate of each level, and money stays money."""
    path = tmp_path / "quotas.csv"
    write_csv(quotas_table(parted), parted.data.currency, path)
    totals: dict[tuple[str, str, str], Decimal] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            key = (row["component"], row["level"], row["currency"])
            totals[key] = totals.get(key, Decimal(0)) + Decimal(row["quota"])
    assert totals[("leads", "company", "leads")] == 365
    assert totals[("leads", "rep", "leads")] == round(Decimal("365") * Decimal("1.1"))
    assert totals[("support", "rep", "USD")] == Decimal("110000.00")
    trailing = Decimal(int(parted.potential.trailing[parted.territory_of_account >= 0].sum())) / 100
    retention = totals[("retention", "rep", "USD")]
    assert 0 < retention <= trailing * Decimal("1.05") + 1


def test_what_stands_beside_never_enters_the_direct_sum(parted: Plan) -> None:
    """Goal, managers and reps add up as they do without the other parts; each has its own total."""
    assert parted.quotas is not None
    goal = parted.quotas.goal
    assert parted.quotas.totals["rep"] == goal * 11 // 10
    assert parted.quotas.totals["company"] == goal
    assert sum(parted.quotas.by_person("rep").values()) == goal * 11 // 10
    quota = summarise(parted)["quota"]
    assert quota["rep_total"] * 100 == goal * 11 // 10
    assert quota["beside"]["leads"] == {"unit": "leads", "rep_total": 402}
    assert parted.outcomes is not None
    company = next(one for one in parted.outcomes.outcomes if one.level == "company")
    assert company.quota == goal


def test_the_report_shows_them_apart(parted: Plan) -> None:
    """Leads stand in a table of their own, and nobody who owes only leads is in the quotas."""
    words = [[cell.words for cell in row] for row in beside_rows(parted).rows]
    assert ["leads", "all", "All", "402 leads"] in words
    sdrs = {rep.rep_id for rep in parted.data.reps if rep.role == "SDR"}
    assert sdrs
    assert not {row[0].words for row in quota_rows(parted).rows} & sdrs
