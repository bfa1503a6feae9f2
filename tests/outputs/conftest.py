"""A company of twelve accounts and three reps, planned by hand, and larger ones by seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from shapely.geometry import box

from planner.findings import Finding
from planner.inputs.data import ControlTotal, PlanningData, Source
from planner.inputs.money import Currency
from planner.inputs.period import Period
from planner.inputs.reps import Rep
from planner.outcomes.result import Outcome, Outcomes
from planner.outputs.moves import moved_accounts, summarise_moves
from planner.outputs.plan import AlignmentSummary, MeasureSummary, Plan, Provenance, RuleLine
from planner.potential.result import Potential
from planner.quotas.result import QuotaDerivation, QuotaLine, QuotaSheet
from planner.units.result import ControlUnits, Eligibility, Seats, Today

USD = Currency("USD", 2)
STARTS = tuple(date(2027, month, 1) for month in range(1, 13))
PERIOD = Period(starts=STARTS, end=date(2028, 1, 1), as_of=date(2026, 11, 30))
HOSTILE = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(2)',
    "=cmd|' /C calc'!A0",
    "\u202eevil\u202c name",
    "O'Brien & Söhne, $x^2$ \u0007 bell",
)


@pytest.fixture
def company() -> Plan:
    """Return the plan of twelve accounts and three reps."""
    return build_plan(accounts=12, reps=3, seed=1)


@pytest.fixture
def hostile_company() -> Plan:
    """Return a plan whose names try to be run."""
    return build_plan(accounts=12, reps=3, seed=1, names=HOSTILE)


@pytest.fixture
def build() -> Callable[..., Plan]:
    """Return the maker of plans of any size."""
    return build_plan


def build_plan(
    *, accounts: int, reps: int, seed: int, names: tuple[str, ...] = (), currency: Currency = USD
) -> Plan:
    """Return a whole plan of a company on a plane of some degrees, with every part filled."""
    rng = np.random.default_rng(seed)
    homes = np.column_stack([rng.uniform(32, 46, reps), rng.uniform(-120, -75, reps)])
    near = rng.integers(0, reps, accounts)
    points = homes[near] + rng.normal(0, 1.5, (accounts, 2))
    distance = ((points[:, None, :] - homes[None, :, :]) ** 2).sum(axis=2)
    proposed = distance.argmin(axis=1).astype(np.int64)
    before = np.where(rng.random(accounts) < 0.3, near, proposed).astype(np.int64)
    before[:: max(accounts // 3, 2)] = -1
    if accounts > 3:
        proposed[3] = -1
    revenue = np.sort(rng.pareto(1.5, accounts) * 1_000_000).astype(np.int64) + 5_000
    world = _World(
        rng=rng,
        points=points,
        homes=homes,
        proposed=proposed,
        before=before,
        revenue=revenue,
        names=names,
        currency=currency,
    )
    return world.plan()


class _World:
    """The parts of a plan, made from a few arrays that agree with one another."""

    def __init__(self, **parts: Any) -> None:
        self.rng: np.random.Generator = parts["rng"]
        self.points, self.homes = parts["points"], parts["homes"]
        self.proposed, self.before = parts["proposed"], parts["before"]
        self.revenue, self.currency = parts["revenue"], parts["currency"]
        self.count, self.size = len(self.points), len(self.homes)
        self.seats = tuple(f"T{place + 1:03d}" for place in range(self.size))
        self.rep_ids = tuple(f"R{place + 1:03d}" for place in range(self.size))
        given = parts["names"]
        self.names = [
            given[place % len(given)] if given else f"Account {place:05d}"
            for place in range(self.count)
        ]
        self.rep_names = [given[-1] if given else f"Rep {place}" for place in range(self.size)]
        self.potential = (self.revenue * self.rng.uniform(0.8, 1.6, self.count)).astype(np.int64)
        self.hours = np.round(self.rng.uniform(2, 90, self.count), 3)

    def accounts(self) -> pd.DataFrame:
        ids = [f"{place:06d}" for place in range(self.count)]
        owners = [self.rep_ids[place] if place >= 0 else None for place in self.before.tolist()]
        nothing = pd.array([None] * self.count, dtype="Int64")
        return pd.DataFrame(
            {
                "account_id": ids,
                "name": self.names,
                "latitude": np.where(np.arange(self.count) % 11 == 10, np.nan, self.points[:, 0]),
                "longitude": np.where(np.arange(self.count) % 11 == 10, np.nan, self.points[:, 1]),
                "placed_by": ["coordinates"] * self.count,
                "segment": [
                    "Enterprise" if place % 4 == 0 else "SMB" for place in range(self.count)
                ],
                "owner_id": pd.array(owners, dtype="str"),
                "owner_since": pd.to_datetime(["2024-05-01"] * self.count),
                "addressable_market": pd.array(self.revenue * 3, dtype="Int64"),
                "arr": nothing,
                "hours_per_visit": self.hours / 10,
                "family": ids,
                "row": np.arange(2, self.count + 2),
            }
        )

    def data(self) -> PlanningData:
        reps = tuple(
            Rep(
                rep_id=rep_id,
                name=self.rep_names[place],
                role="AE",
                manager_id="M1",
                territory_id=self.seats[place],
                latitude=float(self.homes[place, 0]),
                longitude=float(self.homes[place, 1]),
                hire_date=date(2020, 1, 1) + timedelta(days=place),
                segments=frozenset({"SMB", "Enterprise"}),
                row=place + 2,
            )
            for place, rep_id in enumerate(self.rep_ids)
        )
        manager = Rep(rep_id="M1", name="The manager", role="Manager", coverage="none")
        history = pd.DataFrame(
            {
                "account_id": ["000001", "000002"],
                "date": pd.to_datetime(["2026-01-05", "2026-02-05"]),
                "amount": np.array([125_050, -5_000], dtype=np.int64),
                "rep_id": pd.array(["R001", None], dtype="str"),
            }
        )
        units = gpd.GeoDataFrame(
            {"unit_id": ["u1"], "geometry": [box(-125, 25, -65, 55)]}, crs="EPSG:4326"
        )
        return PlanningData(
            currency=self.currency,
            period=PERIOD,
            accounts=self.accounts(),
            reps=(manager, *reps),
            reps_table=pd.DataFrame({"rep_id": ["M1", *self.rep_ids]}),
            history=history,
            units=units if self.count == 12 else None,
            rates={"EUR": 1.08},
            sources=(
                Source(
                    table="accounts",
                    location="accounts.csv",
                    sha256="ab" * 32,
                    rows=self.count + 1,
                    columns={"account_id": "Account ID"},
                ),
            ),
            control=(
                ControlTotal(
                    name="accounts.rows",
                    read=self.count + 1,
                    excluded=1,
                    planned=self.count,
                    reasons={"closed": 1},
                ),
                ControlTotal(
                    name="history.amount",
                    read=120_050,
                    excluded=0,
                    planned=120_050,
                    ledger=120_050,
                    money=True,
                ),
            ),
            findings=(_finding(),),
        )

    def plan(self) -> Plan:
        continues = self.before >= 0
        old = [self.rep_ids[place] if place >= 0 else "" for place in self.before.tolist()]
        new = [self.rep_ids[place] if place >= 0 else "" for place in self.proposed.tolist()]
        moved = moved_accounts(old, new)
        pipeline = (self.revenue // 7).astype(np.int64)
        return Plan(
            provenance=Provenance(
                name="Baseline 2027",
                scenario={
                    "name": "Baseline 2027",
                    "quota": {"goal": 9e6, "ramp": [0.5, 1.0]},
                    "$odd": None,
                },
                seed=1,
                versions={"planner": "0.1.0"},
                seconds={"inputs": 0.25},
                peak_memory_mb=123.4,
            ),
            data=self.data(),
            potential=Potential(
                expected=self.potential,
                low=self.potential // 2,
                high=self.potential * 2,
                whitespace=self.revenue * 2,
                trailing=self.revenue,
                pipeline=pipeline,
                method="shrunken",
                scores={"shrunken": {"error": 0.31, "top_decile": 0.64, "coverage": 0.8}},
                season=(0.05, 0.06, 0.1, 0.06, 0.07, 0.11, 0.06, 0.06, 0.11, 0.08, 0.09, 0.15),
                drivers={"trend": np.array([np.nan, *self.hours[1:]])},
            ),
            units=self.units(pipeline),
            seats=self.seats_table(),
            eligibility=Eligibility(
                class_of_unit=np.zeros(self.count, dtype=np.int64),
                allowed=np.ones((1, self.size), dtype=np.bool_),
                rules=((),),
            ),
            today=self.today(continues, pipeline),
            alignment=self.alignment(moved, continues, pipeline),
            territory_of_account=self.proposed,
            held=(np.arange(self.count) % 5 == 1) & ~moved,
            reasons=tuple(
                "Nearer to the new rep, and within balance." if one else ""
                for one in moved.tolist()
            ),
            account_measures={
                "potential": self.potential.astype(np.float64),
                "workload": self.hours,
                "name": np.ones(self.count),
            },
            travel_today=np.linspace(10.0, 90.0, self.size),
            travel=np.linspace(10.0, 70.0, self.size),
            peer_groups=("all",) * self.size,
            prices={"potential.upper": np.linspace(0, 1, self.size)},
            quotas=self.quotas(),
            outcomes=self.outcomes(),
            findings=(_finding(), _finding(severity="info", subject=self.names[0])),
        )

    def units(self, pipeline: Any) -> ControlUnits:
        return ControlUnits(
            unit_ids=tuple(f"{place:06d}" for place in range(self.count)),
            unit_of_account=np.arange(self.count),
            accounts=np.ones(self.count, dtype=np.int64),
            points=self.points,
            measures={"potential": self.potential.astype(np.float64), "workload": self.hours},
            visits=np.full(self.count, 6.0),
            revenue=self.revenue,
            pipeline=pipeline,
        )

    def seats_table(self) -> Seats:
        return Seats(
            territory_ids=self.seats,
            rep_ids=self.rep_ids,
            homes=self.homes,
            travels=np.ones(self.size, dtype=np.bool_),
            open_site=np.zeros(self.size, dtype=np.bool_),
            capacity=np.ones(self.size),
            period_capacity=np.ones(self.size),
            attributes={"role": ("AE",) * self.size},
        )

    def today(self, continues: Any, pipeline: Any) -> Today:
        rows = np.flatnonzero(continues)
        shape = (self.count, self.size)
        where = (rows, self.before[rows])
        return Today(
            seat_of_account=self.before,
            continues=continues,
            current=self.before,
            stay=sparse.csr_array((self.revenue[rows], where), shape=shape),
            stay_accounts=sparse.csr_array(
                (np.ones(len(rows), dtype=np.int64), where), shape=shape
            ),
            stay_pipeline=sparse.csr_array((pipeline[rows], where), shape=shape),
            held=np.full(self.count, -1),
            hold_of_unit=np.full(self.count, -1),
            hold_names=("renewal within 90 days",),
        )

    def alignment(self, moved: Any, continues: Any, pipeline: Any) -> AlignmentSummary:
        return AlignmentSummary(
            status="feasible",
            cost=1234.5,
            bound=1230.0,
            gap=4.5 / 1234.5,
            cost_by_term={"travel": 1000.0, "disruption": 234.5},
            bound_relaxes=("families",),
            rules=(
                RuleLine(
                    name="max_accounts", territory="T001", value=9.0, limit=150.0, slack=141.0
                ),
            ),
            violations=(),
            measures={
                "potential": self.measure(self.potential.astype(np.float64), "money", 0.10),
                "workload": self.measure(self.hours, "hours", None),
            },
            moved=summarise_moves(
                moved=moved, continues=continues, revenue=self.revenue, pipeline=pipeline
            ),
        )

    def measure(self, values: Any, kind: Any, tolerance: float | None) -> MeasureSummary:
        proposed = _totals(values, self.proposed, self.size)
        target = np.full(self.size, values.sum() / self.size)
        ratio = proposed / target
        return MeasureSummary(
            kind=kind,
            tolerance=tolerance,
            hard=tolerance is not None,
            target=target,
            lower=target * (1 - (tolerance or 1)),
            upper=target * (1 + tolerance) if tolerance else np.full(self.size, np.inf),
            today=_totals(values, self.before, self.size),
            proposed=proposed,
            max_deviation=float(np.abs(ratio - 1).max()),
            cv_today=0.6,
            cv_proposed=float(ratio.std()),
            total=float(values.sum()),
        )

    def quotas(self) -> QuotaSheet:
        people = [("company", None, "company", 0, None), ("M1", None, "manager", 1, "company")]
        people += [
            (rep, seat, "rep", 2, "M1") for rep, seat in zip(self.rep_ids, self.seats, strict=True)
        ]
        year = {"company": 9_000_000 * 100, "M1": 9_450_000 * 100}
        share = 9_900_000 * 100 // self.size
        year |= dict.fromkeys(self.rep_ids, share)
        lines = tuple(
            QuotaLine(
                rep_id=rep,
                territory_id=seat,
                level=level,
                depth=depth,
                parent_id=parent,
                component="total",
                period_start=start,
                quota=year[rep] // 12,
                currency=self.currency.code if rep != "R001" else "JPY",
                quota_local=year[rep] // 12,
            )
            for rep, seat, level, depth, parent in people
            for start in STARTS
        )
        derivations = tuple(
            QuotaDerivation(
                rep_id=rep,
                component="total",
                basis=share,
                basis_history=share - 1000,
                basis_potential=share + 1000,
                ramp=0.875 if place == 0 else 1.0,
                capacity=1.0,
                fair_share=share + 12,
                quota=share,
                last_year=None if place == 1 else share * 9 // 10,
                limits=("at most 35% more than last year",) if place == 2 else (),
            )
            for place, rep in enumerate(self.rep_ids)
        )
        totals = {"company": year["company"], "manager": year["M1"], "rep": share * self.size}
        return QuotaSheet(goal=year["company"], lines=lines, derivations=derivations, totals=totals)

    def outcomes(self) -> Outcomes:
        def one(level: Any, rep: str, quota: int) -> Outcome:
            factor = self.rng.uniform(0.8, 1.15)
            middle = int(quota * factor)
            return Outcome(
                level=level,
                rep_id=rep,
                quota=quota,
                expected=middle,
                p10=int(middle * 0.7),
                p50=middle - 100,
                p90=int(middle * 1.35),
                probability_of_quota=float(np.clip(factor - 0.45, 0, 1)),
            )

        share = 9_900_000 * 100 // self.size
        rows = [one("company", "company", 900_000_000), one("manager", "M1", 945_000_000)]
        rows += [one("rep", rep, share) for rep in self.rep_ids]
        return Outcomes(
            outcomes=tuple(rows),
            goal_probability=0.71,
            share_at_quota=0.62,
            share_within_20=0.7,
            draws=1000,
        )


def _totals(values: Any, places: Any, size: int) -> Any:
    known = places >= 0
    return np.bincount(places[known], weights=values[known], minlength=size)


def _finding(**changes: Any) -> Finding:
    parts: dict[str, Any] = {
        "severity": "warning",
        "code": "accounts.swapped_coordinates",
        "message": "Latitude 122.3 is outside -90 to 90.",
        "advice": "Swap the two columns.",
        "table": "accounts",
        "row": 7,
        "column": "Latitude",
        "value": "122.3",
    }
    return Finding(**(parts | changes))
