"""Each key of ``[quota]``, ``[compensation]`` and ``[outcomes]`` by its effect, and its refusal."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cli.small_company import SmallCompany

# What stays of an alignment in which nobody has a reason to move.
STAY = "alignment.measures.addressable_market.tolerance=0.9"
EVEN = 'quota.seasonality="even"'


def shares(quotas: dict[str, float]) -> dict[str, float]:
    """Return each part of the whole."""
    return {key: value / sum(quotas.values()) for key, value in quotas.items()}


def test_every_level_sums_to_its_rate(small: SmallCompany) -> None:
    """Odd goals and rates: each level is goal × (1 + its rate), to the cent."""
    plan = small.plan(
        "quota.goal=1234567.89", "quota.over_assignment={ manager = 0.07, rep = 0.133 }", STAY
    )
    quota = plan.printed["quota"]
    assert quota == {"goal": 1234567.89, "rep_total": 1398765.42, "manager_total": 1320987.64}
    cents = Counter[str]()
    for row in plan.rows("quotas"):
        cents[row["level"]] += round(float(row["quota"]) * 100)
    assert cents == {"company": 123456789, "rep": 139876542, "manager": 132098764}
    # All quotas but one are whole hundreds, as round_to asks.
    uneven = [rep for rep, amount in plan.quotas().items() if round(amount * 100) % 10_000]
    assert len(uneven) == 1


def test_the_basis_decides_who_owes_what(small: SmallCompany) -> None:
    """History, potential, a column, equal parts, and a table by role with a default."""
    for row in small.tables["history"]:
        if row["rep_id"] == "R1":
            row["amount"] = str(int(row["amount"]) * 3)
    for row in small.accounts:
        row["staff"] = "4" if row["owner_id"] == "R2" else "1"
    small.rep("R3")["role"] = "Hunter"
    booked = Counter[str]()
    for row in small.tables["history"]:
        booked[row["rep_id"]] += int(row["amount"]) * (row["date"] > "2025-09-15")
    held = [STAY, 'alignment.holds=[{ where = "true", to = "owner" }]', EVEN, "quota.round_to=1"]
    held += ["alignment.measures.addressable_market.hard=false"]
    history = shares(small.plan(*held, "quota.basis={ history = 1 }").quotas())
    assert history == pytest.approx(shares(dict(booked)), abs=1e-4)
    equal = shares(small.plan(*held, "quota.basis={ equal = 2 }").quotas())
    assert set(equal.values()) == {0.25}
    staff = shares(small.plan(*held, "quota.basis={ staff = 1 }").quotas())
    assert staff["R2"] == pytest.approx(4 / 7, abs=1e-4)
    mixed = small.plan(
        *held, "quota.basis={ Hunter = { equal = 1 }, default = { history = 1 } }"
    ).quotas()
    assert mixed["R2"] / mixed["R4"] == pytest.approx(booked["R2"] / booked["R4"], rel=1e-3)
    said = small.refused("quota.basis={ luck = 1.0 }", code=2).said
    assert "luck" in said
    assert "history" in said
    unused = small.check("quota.basis={ Huntr = { equal = 1 }, default = { history = 1 } }")
    assert any("Hunter" in f["advice"] for f in unused.findings)


@pytest.mark.parametrize(
    ("season", "expected"),
    [
        ('"even"', [1 / 12] * 12),
        ("[2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]", [2 / 12, *[1 / 12] * 10, 0]),
        ('"history"', [0, 0, 0.5, 0, 0, 0, 0, 0, 0.5, 0, 0, 0]),
    ],
)
def test_seasonality_in_its_three_forms(
    small: SmallCompany, season: str, expected: list[float]
) -> None:
    """Even, weights, or as history shows: here all bookings are of March and September."""
    plan = small.plan(f"quota.seasonality={season}", STAY)
    months = [float(row["quota"]) for row in plan.rows("quotas") if row["level"] == "company"]
    # What history shows is drawn towards even months, the more the less of it there is.
    slack = 0.15 if season == '"history"' else 1e-6
    assert [month / 1_000_000 for month in months] == pytest.approx(expected, abs=slack)
    said = small.refused("quota.seasonality=[1,1,1,1,1,1,1,1,1,1,1]", code=2).said
    assert "11 weights" in said


def test_change_limits_hold_against_last_period(small: SmallCompany) -> None:
    """A book that had a quota changes by no more than allowed; limits that cannot hold are 3."""
    small.add_table(
        "quotas",
        [
            {"rep_id": f"R{n}", "start": "2026-01-01", "end": "2026-12-31", "quota": quota}
            for n, quota in ((1, "150000"), (2, "250000"), (3, "300000"), (4, "250000"))
        ],
    )
    held = ('alignment.holds=[{ where = "true", to = "owner" }]', EVEN, STAY)
    soft = "alignment.measures.addressable_market.hard=false"
    plan = small.plan(*held, soft, "quota.change_limits={ min = -0.1, max = 0.35 }")
    quotas = plan.quotas()
    last = {"R1": 150_000, "R2": 250_000, "R3": 300_000, "R4": 250_000}
    for rep, before in last.items():
        assert 0.9 * before - 0.01 <= quotas[rep] <= 1.35 * before + 0.01
    assert quotas["R1"] == pytest.approx(1.35 * 150_000, abs=0.01)
    hit = [row for row in plan.rows("quotas") if row["rep_id"] == "R1" and row["level"] == "rep"]
    assert any("change_limits.max" in value for value in hit[0].values())
    refused = small.plan(*held, soft, "quota.change_limits={ max = 0.01 }", code=3)
    assert "change_limits.max" in refused.said
    assert "min" in small.refused("quota.change_limits={ min = 0.5, max = -0.5 }", code=2).said


def test_pay_floors_caps_and_overrides_limit_quotas(small: SmallCompany) -> None:
    """ote_ratio, floors, caps and overrides hold, and the rest settles around them."""
    small.rep("R1")["ote"] = "60000"
    plan = small.plan(
        STAY,
        EVEN,
        "quota.ote_ratio={ min = 1.0, max = 4.0 }",
        "quota.caps={ R2 = 250_000 }",
        "quota.floors={ default = 200_000 }",
        "quota.overrides={ R3 = 300_000 }",
    )
    quotas = plan.quotas()
    assert quotas["R1"] <= 4 * 60_000
    assert quotas["R2"] <= 250_000
    assert quotas["R3"] == 300_000
    assert min(quotas.values()) >= 200_000
    assert sum(quotas.values()) == pytest.approx(1_100_000)
    said = small.refused("quota.overrides={ R33 = 5 }", code=2).said
    assert "R3" in said
    assert "nearest" not in said
    unused = small.check("quota.caps={ R22 = 1 }").findings
    assert any(f["code"] == "scenario.unused_name" and f["value"] == "R22" for f in unused)
    assert "overrides" in small.plan("quota.overrides={ R1 = 5_000_000 }", STAY, code=3).said


def test_components_add_up_each_by_itself(small: SmallCompany) -> None:
    """New and renewal business with goals, bases and roles of their own; both sum to the goal."""
    for number, row in enumerate(small.tables["history"]):
        row["type"] = ("new", "renewal")[number % 2]
    small.rep("R4")["role"] = "AM"
    plan = small.plan(
        STAY,
        EVEN,
        'quota.components.new={ goal = 700_000, roles = ["AE"], basis = { potential = 1.0 } }',
        "quota.components.renewal={ share = 0.3 }",
    )
    totals, carriers = Counter[tuple[str, str]](), set()
    for row in plan.rows("quotas"):
        totals[row["level"], row["component"]] += round(float(row["quota"]) * 100)
        if row["level"] == "rep" and float(row["quota"]):
            carriers.add((row["rep_id"], row["component"]))
    assert totals["company", "new"] == 700_000_00
    assert totals["company", "renewal"] == 300_000_00
    assert totals["rep", "new"] + totals["rep", "renewal"] == 1_100_000_00
    assert ("R4", "new") not in carriers
    assert ("R4", "renewal") in carriers
    said = small.refused(
        "quota.components.new={ goal = 700_000 }",
        "quota.components.renewal={ goal = 200_000 }",
        code=2,
    ).said
    assert "900,000" in said or "900000" in said
    assert (
        "Nobody carries"
        in small.refused('quota.components.new={ share = 1, roles = ["Pilot"] }', code=2).said
    )


def test_check_says_all_that_plan_would_refuse_of_quotas(small: SmallCompany) -> None:
    """Several wrong keys of [quota] come in one refusal, before anything is aligned."""
    said = small.refused(
        "quota.seasonality=[1, 2, 3]",
        "quota.overrides={ R9 = 5 }",
        "quota.components.new={ share = 0.5 }",
        code=2,
    ).said
    assert "3 weights" in said
    assert "R9" in said
    assert "components" in said
    for row in small.reps[:4]:
        row.update(absence_start="2026-12-01", absence_end="2028-12-31")
    assert "quota.nobody_productive" in small.refused(code=1).codes("error")


@pytest.mark.parametrize("ramp", ["[]", "[0.5]", "[0.25, 0.5, 1.0]"])
def test_a_ramp_of_any_length(small: SmallCompany, ramp: str) -> None:
    """No ramp means full at once; a short one is full after its last month."""
    small.rep("R1")["hire_date"] = "2027-01-01"
    plan = small.plan(f"quota.ramp={ramp}", "quota.basis={ equal = 1 }", EVEN, STAY)
    lost = {"[]": 0, "[0.5]": 0.5, "[0.25, 0.5, 1.0]": 1.25}[ramp]
    quotas = plan.quotas()
    assert quotas["R1"] == pytest.approx(quotas["R2"] * (12 - lost) / 12, abs=200)


def test_pay_plans_cost_what_they_promise(small: SmallCompany) -> None:
    """Base and variable by role, caps, SPIFs; a plan for a role that nobody has is said."""
    text = "compensation.plans.AE={ base = 50_000, variable = 40_000, threshold = 0.0, cap = 1.0 }"
    plan = small.plan(text, STAY, "outcomes.draws=300")
    pay = plan.document["compensation"]
    rep = next(row for row in pay["reps"] if row["rep_id"] == "R2")
    assert (rep["base"], rep["variable"]) == (50_000, 40_000)
    assert rep["at"]["1"] == 90_000
    assert rep["at"]["1.5"] == 90_000
    spif = 'compensation.plans.AE.spifs=[{ name = "Kick", amount = 1000, at = 0.5 }]'
    more = small.plan(text, spif, STAY).document["compensation"]["reps"]
    assert next(row for row in more if row["rep_id"] == "R2")["at"]["1"] == 91_000
    unused = small.check("compensation.plans.EA={ base = 1 }")
    assert "scenario.unused_name" in unused.codes("warning")
    said = small.refused("compensation.plans.AE.rates=[{ from = 0.5, rate = 1 }]", code=2).said
    assert "from = 0" in said


def test_outcomes_follow_their_keys(small: SmallCompany) -> None:
    """More churn and attrition lower what is expected; draws are as many as asked."""
    calm = small.plan(STAY, "outcomes.draws=400", "outcomes.attrition=0.0")
    rough = small.plan(
        STAY, "outcomes.draws=400", "outcomes.attrition=0.9", "outcomes.unserved_share=0.0"
    )
    assert calm.document["outcomes"]["draws"] == 400

    def expected(answer: object) -> float:
        rows = answer.rows("outcomes")  # type: ignore[attr-defined]
        return float(next(row["expected"] for row in rows if row["level"] == "company"))

    assert expected(rough) < 0.95 * expected(calm)
    columns = {"level", "rep_id", "expected", "p10", "p50", "p90", "probability_of_quota"}
    assert columns <= set(calm.rows("outcomes")[0])
    assert "draws" in small.refused("outcomes.draws=0", code=2).said
    unused = small.check('outcomes.common_by=["segmnt"]')
    assert any("segment" in f["advice"] for f in unused.findings)


def test_potential_s_keys(small: SmallCompany) -> None:
    """Overrides by account are kept, top_down scales to a total, a stranger is refused."""
    measured = small.plan(
        "potential.overrides={ A000 = 50_000 }",
        "alignment.measures.potential={ hard = false }",
        STAY,
    )
    rows = {row["account_id"]: row for row in measured.rows("assignments")}
    assert float(rows["A000"]["potential"]) == 50_000
    scaled = small.plan(
        "potential.top_down=2_000_000", "alignment.measures.potential={ hard = false }", STAY
    )
    total = sum(float(row["potential"]) for row in scaled.rows("assignments"))
    assert total == pytest.approx(2_000_000, abs=1)
    assert "A999" in small.refused("potential.overrides={ A999 = 1 }", code=2).said
    assert "luck" in small.refused('potential.features=["luck"]', code=2).said
