"""Feeds of the map, the table, what-if, why and finance: what they say, and to whom."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from planner.review.people import Person
from planner.review.views.desks import Desk
from planner.review.views.differences import find_difference
from planner.review.views.map_feed import describe_map
from planner.review.visibility import territory_mask, visible_accounts
from tests.reviews import Review

API = "/api/plans/baseline"
POINT_BYTES = 17


def ask(review: Review, name: str, **query: Any) -> dict[str, Any]:
    answer = review.client(name).post(f"{API}/accounts/query", json=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def mask_of(review: Review, role: str, rep_id: str | None) -> np.ndarray:
    person = Person(user_id=0, name="x", role=role, rep_id=rep_id)  # type: ignore[arg-type]
    return visible_accounts(review.opened, person)


def test_the_map_shows_a_manager_names_alone_of_other_territories(shared_review: Review) -> None:
    """Another manager's territory has no shape, home or figure; his own has all of them."""
    mia = Person(user_id=0, name="mia", role="manager", rep_id="M1001")
    mask = territory_mask(shared_review.opened, mia)
    described = shared_review.client("mia").get(f"{API}/map").json()
    assert not mask.all()
    for shown, territory in zip(mask.tolist(), described["territories"], strict=True):
        assert ("measures" in territory) == shown
        if not shown:
            assert territory["home"] is None
            assert territory["shape"] == {"proposed": None, "today": None}
    assert described["accounts"] == int(mask_of(shared_review, "manager", "M1001").sum())


def test_points_are_those_that_may_be_seen(shared_review: Review) -> None:
    """A manager's packed accounts are his; operations' are all."""
    every = shared_review.client("ops").get(f"{API}/map/points").content
    his = shared_review.client("mia").get(f"{API}/map/points").content
    assert len(every) == POINT_BYTES * len(shared_review.plan.territory_of_account)
    positions = np.frombuffer(his[: 4 * (len(his) // POINT_BYTES)], dtype="<i4")
    assert np.array_equal(positions, np.flatnonzero(mask_of(shared_review, "manager", "M1001")))


def test_search_sort_and_pages_agree_with_the_plan(shared_review: Review) -> None:
    """Every account comes once over the pages, in the order that is asked for."""
    names = shared_review.plan.data.accounts["name"].tolist()
    wanted = names[7][:5].casefold()
    found = ask(shared_review, "ops", search=wanted, limit=500)
    assert found["total"] == sum(
        wanted in f"{name}\x1f{row.account_id}\x1f{row.city}".casefold()
        for name, row in zip(names, shared_review.plan.data.accounts.itertuples(), strict=True)
    )
    seen, amounts = [], []
    for offset in range(0, 400, 90):
        page = ask(shared_review, "ops", sort="trailing", descending=True, offset=offset, limit=90)
        seen += [row["account_id"] for row in page["rows"]]
        amounts += [row["trailing"] for row in page["rows"]]
    assert sorted(seen) == sorted(shared_review.opened.position_of_account)
    assert amounts == sorted(amounts, reverse=True)


def test_filters_leave_what_they_say(shared_review: Review) -> None:
    """By territory, by state, and by a line drawn around accounts."""
    plan = shared_review.plan
    territory = plan.territory_ids[2]
    found = ask(shared_review, "ops", territory=territory, with_positions=True)
    assert found["positions"] == np.flatnonzero(plan.territory_of_account == 2).tolist()
    assert ask(shared_review, "ops", state="held")["total"] == int(plan.held.sum())
    assert ask(shared_review, "ops", positions=[3, 1, 10**9, -5])["total"] == 2


def test_the_file_is_what_is_shown_and_only_to_whom(shared_review: Review) -> None:
    """An export holds the chosen columns of the visible accounts, and nobody else's."""
    answer = shared_review.client("mia").get(
        "/plans/baseline/accounts.csv", params={"columns": "account_id,territory"}
    )
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert list(rows[0]) == ["account_id", "territory"]
    ids = shared_review.plan.data.accounts["account_id"].to_numpy()
    mask = mask_of(shared_review, "manager", "M1001")
    assert {row["account_id"] for row in rows} == set(ids[mask])


def test_what_if_shows_rules_by_name_and_figures_of_ones_own(shared_review: Review) -> None:
    """Moving to another manager's territory names the rule, without that territory's figures."""
    accounts, _source, target = shared_review.movable(2)
    moves = dict.fromkeys(accounts, target)
    whole = shared_review.client("ops").post(f"{API}/whatif", json={"moves": moves}).json()
    his = shared_review.client("mia").post(f"{API}/whatif", json={"moves": moves}).json()
    assert {one["territory_id"] for one in whole["balances"]} >= {target}
    assert target not in {one["territory_id"] for one in his["balances"] + his["burdens"]}
    assert his["costs"] is None
    assert len(his["breaks"]) == len(whole["breaks"])
    names = [one["name"] for one in his["breaks"]]
    assert names == [one["name"] for one in whole["breaks"]]


def test_what_if_moves_nothing_that_is_hidden(shared_review: Review) -> None:
    """An account of another manager counts as unknown."""
    hidden = np.flatnonzero(~mask_of(shared_review, "manager", "M1001"))
    account = str(shared_review.plan.data.accounts["account_id"].iloc[int(hidden[0])])
    to = shared_review.plan.territory_ids[0]
    answer = shared_review.client("mia").post(f"{API}/whatif", json={"moves": {account: to}})
    assert answer.json()["moved"] == 0
    assert answer.json()["refused"][0]["account_id"] == account


@pytest.mark.parametrize("path", ["whatif", "whatif/chances", "finance/settlement"])
def test_readers_try_no_moves(shared_review: Review, path: str) -> None:
    """Somebody who only reads may neither move nor override."""
    body = {"overrides": {}} if "finance" in path else {"moves": {}}
    assert shared_review.client("eye").post(f"{API}/{path}", json=body).status_code == 403


def test_why_hides_what_is_not_for_a_manager(shared_review: Review) -> None:
    """Hidden and unknown accounts look alike; alternatives elsewhere are left out."""
    client, plan = shared_review.client("mia"), shared_review.plan
    mask = mask_of(shared_review, "manager", "M1001")
    ids = plan.data.accounts["account_id"].tolist()
    hidden, own = ids[int(np.flatnonzero(~mask)[0])], ids[int(np.flatnonzero(mask)[0])]
    assert client.get(f"{API}/explanations/accounts/{hidden}").status_code == 404
    assert client.get(f"{API}/explanations/accounts/nobody").status_code == 404
    why = client.get(f"{API}/explanations/accounts/{own}").json()
    mia = Person(user_id=0, name="mia", role="manager", rep_id="M1001")
    shown = territory_mask(shared_review.opened, mia)
    territories = {name for name, seen in zip(plan.territory_ids, shown, strict=True) if seen}
    assert {one["territory_id"] for one in why["alternatives"]} <= territories


def test_limits_of_pay_are_not_told_to_who_may_not_see_pay(shared_review: Review) -> None:
    """A reader sees the quota's derivation without limits that follow from pay."""
    assert shared_review.plan.quotas is not None
    bound = [
        one.rep_id
        for one in shared_review.plan.quotas.derivations
        if any(words.startswith("ote_ratio") for words in one.limits)
    ]
    for at, rep in enumerate(shared_review.plan.seats.rep_ids):
        name = shared_review.plan.territory_ids[at]
        told = shared_review.client("eye").get(f"{API}/explanations/territories/{name}").json()
        limits = [words for quota in told["quota"] for words in quota["limits"]]
        assert not any(words.startswith("ote_ratio") for words in limits)
        if rep in bound:
            full = shared_review.client("fin").get(f"{API}/explanations/territories/{name}").json()
            assert any("ote_ratio" in w for quota in full["quota"] for w in quota["limits"])


def test_settlement_keeps_the_goal_and_is_for_finance(shared_review: Review) -> None:
    """What finance types stands, the rest settles around it, and nothing is set."""
    assert shared_review.plan.quotas is not None
    before = shared_review.plan.quotas.by_person("rep")
    rep, quota = max(before.items(), key=lambda pair: pair[1])
    typed = round(quota / 100 * 0.98, -3)
    body = {"overrides": {rep: typed}}
    told = shared_review.client("fin").post(f"{API}/finance/settlement", json=body).json()
    by_hand = [one for one in told["changes"] if one["by_hand"]]
    assert [(one["rep_id"], one["after"]) for one in by_hand] == [(rep, typed)]
    assert sum(one["after"] - one["before"] for one in told["changes"]) == pytest.approx(0)


def test_finance_and_its_charts_are_not_for_managers(shared_review: Review) -> None:
    """Scenarios side by side show everybody's figures: only the wide roles see them."""
    for path in ("/plans/baseline/finance", "/plans/baseline/charts/cost.svg"):
        assert shared_review.client("mia").get(path).status_code == 403
        assert shared_review.client("fin").get(path).status_code == 200


def test_the_difference_of_versions_is_what_was_moved(shared_review: Review) -> None:
    """Two accounts that stand elsewhere are listed, and only for who may see them."""
    opened = shared_review.opened
    moved = opened.plan.territory_of_account.copy()
    moved[:2] = (moved[:2] + 2) % len(opened.plan.territory_ids)
    later = replace(opened, plan=replace(opened.plan, territory_of_account=moved))
    ops = Person(user_id=0, name="ops", role="operations")
    found = find_difference(opened, later, ops)
    ids = opened.plan.data.accounts["account_id"].tolist()
    changed = [at for at in range(2) if moved[at] != opened.plan.territory_of_account[at]]
    assert [row["account_id"] for row in found.accounts] == [ids[at] for at in changed]
    assert found.quotas == ()
    mia = Person(user_id=0, name="mia", role="manager", rep_id="M1001")
    seen = visible_accounts(opened, mia) | visible_accounts(later, mia)
    his = find_difference(opened, later, mia)
    assert [row["account_id"] for row in his.accounts] == [ids[at] for at in changed if seen[at]]


def test_a_plan_without_another_version_says_so(shared_review: Review) -> None:
    """The page of versions is there before there is a second one."""
    page = shared_review.client("mia").get("/plans/baseline/versions")
    assert page.status_code == 200
    assert "no other version yet" in page.text
    assert shared_review.client("mia").get("/plans/baseline/versions?with=x").status_code == 404


def test_a_rep_knows_no_names_but_those_his_accounts_touch(shared_review: Review) -> None:
    """Territories that none of his accounts come from or go to have neither id nor rep."""
    plan, opened = shared_review.plan, shared_review.opened
    rita = Person(
        user_id=0,
        name="rita",
        role="rep",
        rep_id=plan.seats.rep_ids[0],
        released={opened.key: frozenset({plan.territory_ids[0]})},
    )
    seen = visible_accounts(opened, rita)
    touched = {
        *plan.territory_of_account[seen].tolist(),
        *plan.today.seat_of_account[seen].tolist(),
    }
    described = describe_map(Desk(opened), rita)
    named = {at for at, one in enumerate(described["territories"]) if one["id"]}
    assert named == (touched | {0}) - {-1}
    assert len(named) < len(plan.territory_ids)
    assert [at for at, one in enumerate(described["territories"]) if "measures" in one] == [0]
