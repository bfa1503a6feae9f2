"""The way of a plan over the wire: proposals, answers, approvals, re-plans, publishing, releases."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from planner.review.versions import fingerprint, read_version
from tests.reviews import PAGE, Review

API = "/api/plans/baseline"


def ask(client: httpx.Client, path: str, expected: int = 200, **body: Any) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code == expected, f"{answer.status_code} {answer.text}"
    return answer.json() if answer.content else None


def submit(review: Review) -> None:
    ask(review.client("ops"), f"{API}/state", stage="review")


def wait_for(client: httpx.Client, path: str) -> dict[str, Any]:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        run: dict[str, Any] = client.get(path).json()
        if run["state"] != "running":
            return run
        time.sleep(0.3)
    raise AssertionError("the re-plan did not end")


def test_a_plan_goes_from_draft_to_the_reps(review: Review) -> None:
    """One manager proposes, the other counters, operations re-plans, finance signs, a rep objects."""
    ops, fin, mia, max_ = (review.client(name) for name in ("ops", "fin", "mia", "max"))
    accounts, _, target = review.movable(2)
    assert mia.get(f"{API}/state").status_code == 404, "a draft is not for managers"
    submit(review)

    basket = ask(mia, f"{API}/basket", moves=dict.fromkeys(accounts, target))
    assert basket["moves"] == dict.fromkeys(accounts, target)
    first = ask(mia, f"{API}/proposals", 201, reason="Closer to Max's people")
    assert mia.get(f"{API}/basket").json()["moves"] == {}
    assert [side["managers"] for side in first["waiting_for"]] == [["max"]]
    ask(
        max_,
        f"{API}/proposals/{first['proposal_id']}/answers",
        answer="counter",
        reason="Only one of them",
        moves={accounts[0]: target},
    )
    counter = mia.get(f"{API}/proposals", params={"state": "pending"}).json()[0]
    assert counter["counter_of"] == first["proposal_id"]
    agreed = ask(mia, f"{API}/proposals/{counter['proposal_id']}/answers", answer="accept")
    assert agreed["state"] == "agreed"
    ask(ops, f"{API}/proposals/{counter['proposal_id']}/answers", answer="accept")
    ask(ops, f"{API}/state", 422, stage="published")

    rep = review.plan.seats.rep_ids[1]
    ask(fin, f"{API}/overrides", rep_id=rep, quota="1250000", reason="New contract", revision=0)
    run = ask(ops, f"{API}/runs", 202, scope="touched")
    ended = wait_for(ops, f"{API}/runs/{run['run_id']}")
    assert ended["state"] == "done", ended["message"]
    check_new_version(review, ended["version"], accounts[0], target, rep)

    fresh = f"/api/plans/{ended['version']}"
    ask(mia, f"{fresh}/approvals", level="managers")
    ask(fin, f"{fresh}/approvals", 422, level="finance")
    ask(max_, f"{fresh}/approvals", level="managers")
    ask(fin, f"{fresh}/approvals", level="finance")
    rita = review.client("rita")
    assert rita.get(f"/plans/{ended['version']}/mine", headers=PAGE).status_code == 404
    published = ask(ops, f"{fresh}/state", stage="published")
    assert published["state"] == "published"
    ask(ops, f"{fresh}/releases")
    mine = rita.get(f"/plans/{ended['version']}/mine", headers=PAGE)
    assert mine.status_code == 200
    own, other = review.plan.territory_ids[:2]
    said = ask(rita, f"{fresh}/releases/{own}/answer", answer="object", reason="Too far")
    assert (said["answer"], said["reason"]) == ("object", "Too far")
    assert rita.get(f"{fresh}/releases/{other}").status_code == 404
    ask(mia, f"{fresh}/proposals", 422, reason="Late", moves={accounts[1]: target})
    steps = [step["what"] for step in ops.get(f"{fresh}/record").json()]
    assert steps[0] == "objected to territory"


def check_new_version(review: Review, key: str, account: str, target: str, rep: str) -> None:
    """The new version holds what was decided, and leaves the old folder as it was."""
    new = review.application.state.plans.get(key)
    at = new.position_of_account[account]
    assert new.plan.territory_ids[new.plan.territory_of_account[at]] == target
    assert bool(new.plan.held[at])
    assert new.plan.quotas.of_rep(rep, "rep") == new.plan.data.currency.to_minor("1250000")
    assert new.folder.parent == review.opened.folder.parent
    assert fingerprint(review.opened.folder) == read_version(review.store, "baseline").fingerprint


def test_a_run_can_be_cancelled(review: Review) -> None:
    """A cancelled re-plan leaves no folder, and another may begin."""
    ops = review.client("ops")
    run = ask(ops, f"{API}/runs", 202, scope="all")
    ask(ops, f"{API}/runs", 422, scope="all")
    ask(ops, f"{API}/runs/{run['run_id']}/cancel")
    ended = wait_for(ops, f"{API}/runs/{run['run_id']}")
    assert ended["state"] == "cancelled"
    folders = [path.name for path in review.opened.folder.parent.iterdir() if path.is_dir()]
    assert folders == ["baseline"]


def test_the_second_of_two_editors_is_shown_the_difference(shared_review: Review) -> None:
    """A quota, a proposal and a comment that changed in between are not overwritten."""
    fin, owner = shared_review.client("fin"), shared_review.client("owner")
    rep = shared_review.plan.seats.rep_ids[2]
    ask(fin, f"{API}/overrides", rep_id=rep, quota="1000000", reason="Mine", revision=0)
    late = owner.post(
        f"{API}/overrides",
        json={"rep_id": rep, "quota": "2000000", "reason": "Other", "revision": 0},
    )
    assert late.status_code == 409
    assert {"what": "reason", "theirs": "Mine", "yours": "Other"} in late.json()["difference"]
    kept = [o for o in fin.get(f"{API}/overrides").json() if o["rep_id"] == rep]
    assert [(o["quota"], o["reason"]) for o in kept] == [("1000000.00", "Mine")]
    ask(fin, f"{API}/overrides", rep_id=rep, quota=None, reason="Done", revision=1)

    mia, max_ = shared_review.client("mia"), shared_review.client("max")
    accounts, _, target = shared_review.movable()
    made = ask(mia, f"{API}/proposals", 201, reason="Closer", moves={accounts[0]: target})
    path = f"{API}/proposals/{made['proposal_id']}/answers"
    ask(max_, path, answer="refuse", reason="No room", revision=made["revision"])
    late = owner.post(
        path, json={"answer": "accept", "reason": "Do it", "revision": made["revision"]}
    )
    assert late.status_code == 409
    assert {"what": "answer", "theirs": "refuse", "yours": "accept"} in late.json()["difference"]

    comment = ask(
        mia, f"{API}/comments", 201, subject_kind="account", subject_id=accounts[0], body="One"
    )
    here = f"{API}/comments/{comment['comment_id']}"
    assert mia.put(here, json={"body": "Two", "revision": 1}).status_code == 200
    late = mia.put(here, json={"body": "Three", "revision": 1})
    assert late.json()["difference"] == [{"what": "body", "theirs": "Two", "yours": "Three"}]
    assert max_.put(here, json={"body": "Mine now"}).status_code == 404


def test_a_basket_has_undo_and_redo(shared_review: Review) -> None:
    """Steps go back and forth; a step after an undo forgets what was undone."""
    mia = shared_review.sign_in("mia")
    (one, two), _, target = shared_review.movable(2)
    basket = f"{API}/basket"
    ask(mia, basket, moves={one: target})
    ask(mia, basket, moves={two: target})
    assert ask(mia, f"{basket}/undo")["moves"] == {one: target}
    assert ask(mia, f"{basket}/redo")["moves"] == {one: target, two: target}
    ask(mia, f"{basket}/undo")
    back = ask(mia, basket, moves={one: review_home(shared_review, one)})
    assert (back["moves"], back["can_redo"]) == ({}, False)
    ask(mia, f"{basket}/redo", 422)
    ask(mia, basket, moves={one: target})
    assert ask(mia, f"{basket}/clear")["moves"] == {}
    assert ask(mia, f"{basket}/undo")["moves"] == {one: target}
    late = mia.post(basket, json={"moves": {two: target}, "revision": 0})
    assert late.status_code == 409
    ask(mia, f"{basket}/clear")


def review_home(review: Review, account: str) -> str:
    opened = review.opened
    at = opened.plan.territory_of_account[opened.position_of_account[account]]
    return opened.plan.territory_ids[at]


def test_nobody_proposes_with_what_he_does_not_see(shared_review: Review) -> None:
    """Another manager's account and one that does not exist are refused alike."""
    max_ = shared_review.client("max")
    accounts, source, _ = shared_review.movable()
    hidden = max_.post(f"{API}/basket", json={"moves": {accounts[0]: source}})
    unknown = max_.post(f"{API}/basket", json={"moves": {"nobody": source}})
    assert hidden.status_code == unknown.status_code == 422
    assert hidden.json()["error"].replace(accounts[0], "?") == unknown.json()["error"].replace(
        "nobody", "?"
    )


@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_proposal_needs_a_reason(shared_review: Review, reason: str) -> None:
    """Moves without a reason are refused."""
    mia = shared_review.client("mia")
    accounts, _, target = shared_review.movable()
    ask(mia, f"{API}/proposals", 422, reason=reason, moves={accounts[0]: target})


def test_operations_cannot_accept_what_a_rule_forbids(shared_review: Review) -> None:
    """An account that may not go somewhere is refused by the rule's name, before a re-plan."""
    from planner.review.rules import forbidding_rule

    opened = shared_review.opened
    account, to, rule = next(
        (account, to, rule)
        for account in opened.position_of_account
        for to in opened.plan.territory_ids
        if (rule := forbidding_rule(opened, account, to)) is not None
    )
    ops = shared_review.client("ops")
    made = ask(ops, f"{API}/proposals", 201, reason="Try", moves={account: to})
    assert made["moves"][0]["forbidden_by"] == rule
    path = f"{API}/proposals/{made['proposal_id']}/answers"
    refused = ask(ops, path, 422, answer="accept", reason="Anyway")
    assert rule in refused["error"]
    ask(ops, path, answer="withdraw", reason="It cannot be")


def test_an_account_may_be_proposed_to_stay(review: Review) -> None:
    """A move to where the plan has it becomes a hold once it is accepted."""
    ops = review.client("ops")
    ops.post("/api/plans/baseline/state", json={"stage": "review"})
    (account,), home, _ = review.movable(1)
    body = {"reason": "They know each other.", "moves": {account: home}}
    made = review.client("mia").post("/api/plans/baseline/proposals", json=body)
    assert made.status_code == 201, made.text
    answer = {"answer": "accept", "reason": "Yes."}
    number = made.json()["proposal_id"]
    done = ops.post(f"/api/plans/baseline/proposals/{number}/answers", json=answer)
    assert done.status_code == 200, done.text
    page = ops.get("/plans/baseline", headers={"Accept": "text/html"}).text
    assert f"goes to {home}" in page
