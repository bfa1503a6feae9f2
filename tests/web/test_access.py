"""Who may ask what: every route, every role, strangers, other people's things, other sites."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Route

from planner.review.people import Person
from planner.review.visibility import territory_mask, visible_accounts
from planner.web.application import find_routers
from tests.reviews import FIRST, PAGE, SECOND, Review

API = "/api/plans/baseline"
ALL = frozenset({"owner", "ops", "fin", "mia", "max", "eye"})
MAKERS = frozenset({"owner", "ops", "fin"})
MOVERS = frozenset({"owner", "ops", "mia", "max"})
OPERATIONS = frozenset({"owner", "ops"})
FINANCE = frozenset({"owner", "fin"})
NOBODY: frozenset[str] = frozenset()
EVERYBODY = ALL | {"rita"}
ANYBODY = EVERYBODY | {"stranger"}
COMMENT = {"subject_kind": "plan", "subject_id": "baseline", "body": "Seen"}
P = "/plans/{plan}"
A = "/api/plans/{plan}"

pytestmark = pytest.mark.parametrize("shared_review", ["sqlite", "postgresql"], indirect=True)

# Method and path: a body, and who is not turned away. Nothing is released to rita here.
EXPECTED: dict[tuple[str, str], tuple[Any, frozenset[str]]] = {
    ("GET", "/"): (None, EVERYBODY),
    ("GET", "/enter"): (None, EVERYBODY),
    ("GET", "/sign-in"): (None, ANYBODY),
    ("POST", "/sign-in"): ({"name": "nobody", "password": "wrong"}, NOBODY),
    ("POST", "/api/sign-out"): ({}, EVERYBODY),
    ("GET", "/users"): (None, OPERATIONS),
    ("GET", "/api/users"): (None, OPERATIONS),
    ("POST", "/api/users"): ({"name": "", "role": "rep"}, OPERATIONS),
    ("PUT", "/api/users/{name:path}"): ({"role": "rep", "rep_id": "x", "revision": 99}, OPERATIONS),
    ("DELETE", "/api/users/{name:path}"): (None, OPERATIONS),
    ("POST", "/api/users/{name:path}/revoke"): ({}, OPERATIONS),
    ("GET", "/api/record.json"): (None, OPERATIONS),
    ("GET", "/api/schema.json"): (None, EVERYBODY),
    ("GET", P): (None, ALL),
    ("GET", f"{P}/decisions"): (None, ALL),
    ("GET", f"{P}/record"): (None, ALL),
    ("GET", f"{P}/mine"): (None, ALL),
    ("GET", f"{P}/map"): (None, ALL),
    ("GET", f"{P}/table"): (None, ALL),
    ("GET", f"{P}/finance"): (None, MAKERS),
    ("GET", f"{P}/versions"): (None, ALL),
    ("GET", f"{P}/charts/{{chart}}.svg"): (None, MAKERS),
    ("GET", f"{P}/accounts.csv"): (None, ALL),
    ("GET", f"{P}/year"): (None, ALL),
    ("GET", f"{A}/year"): (None, ALL),
    ("GET", "/assets/map/{name}"): (None, ANYBODY),
    ("GET", f"{A}/map"): (None, ALL),
    ("GET", f"{A}/map/points"): (None, ALL),
    ("GET", f"{A}/map/today"): (None, ALL),
    ("GET", f"{A}/accounts/columns"): (None, ALL),
    ("POST", f"{A}/accounts/query"): ({}, ALL),
    ("POST", f"{A}/accounts/names"): ({"positions": [0]}, ALL),
    ("POST", f"{A}/whatif"): ({"moves": {}}, MOVERS),
    ("POST", f"{A}/whatif/chances"): ({"moves": {}}, MOVERS),
    ("POST", f"{A}/finance/settlement"): ({"overrides": {}}, FINANCE),
    ("GET", f"{A}/explanations/accounts/{{account:path}}"): (None, MAKERS | {"mia", "eye"}),
    ("GET", f"{A}/explanations/territories/{{territory:path}}"): (None, MAKERS | {"mia", "eye"}),
    ("GET", f"{A}/state"): (None, ALL),
    ("POST", f"{A}/state"): ({"stage": "review"}, OPERATIONS),
    ("GET", f"{A}/basket"): (None, MOVERS),
    ("POST", f"{A}/basket"): ({"moves": {}}, MOVERS),
    ("POST", f"{A}/basket/undo"): ({}, MOVERS),
    ("POST", f"{A}/basket/redo"): ({}, MOVERS),
    ("POST", f"{A}/basket/clear"): ({}, MOVERS),
    ("GET", f"{A}/proposals"): (None, ALL),
    ("POST", f"{A}/proposals"): ({"reason": "", "moves": {}}, MOVERS),
    ("GET", f"{A}/proposals/{{proposal}}"): (None, MAKERS | {"mia", "eye"}),
    ("POST", f"{A}/proposals/{{proposal}}/answers"): (
        {"answer": "counter", "reason": "?", "moves": {"nobody": "nowhere"}, "revision": 99},
        MAKERS | {"mia", "eye"},
    ),
    ("POST", f"{A}/holds/{{hold}}/lift"): ({"reason": "no"}, OPERATIONS),
    ("POST", f"{A}/approvals"): ({"level": "managers", "territories": []}, MOVERS),
    ("POST", f"{A}/approvals/withdraw"): ({"level": "managers", "reason": "no"}, ALL),
    ("GET", f"{A}/comments"): (None, ALL),
    ("POST", f"{A}/comments"): (COMMENT, ALL - {"eye"}),
    ("PUT", f"{A}/comments/{{comment_id}}"): (
        {"body": "Other", "revision": 99},
        frozenset({"mia"}),
    ),
    ("DELETE", f"{A}/comments/{{comment_id}}"): (None, frozenset({"mia"})),
    ("GET", f"{A}/overrides"): (None, ALL),
    ("POST", f"{A}/overrides"): ({"rep_id": "REP", "quota": None, "reason": ""}, FINANCE),
    ("GET", f"{A}/runs"): (None, OPERATIONS),
    ("POST", f"{A}/runs"): ({"scope": "all"}, OPERATIONS),
    ("GET", f"{A}/runs/{{run}}"): (None, NOBODY),
    ("POST", f"{A}/runs/{{run}}/cancel"): ({}, NOBODY),
    ("GET", f"{A}/releases"): (None, ALL),
    ("POST", f"{A}/releases"): ({"territories": []}, OPERATIONS),
    ("GET", f"{A}/releases/{{territory:path}}"): (None, MAKERS | {"mia", "eye"}),
    ("POST", f"{A}/releases/{{territory:path}}/answer"): ({"answer": "accept"}, NOBODY),
    ("GET", f"{A}/record"): (None, ALL),
    ("GET", f"{A}/record.csv"): (None, ALL),
    ("GET", f"{A}/record.json"): (None, ALL),
}
# These would end what other tests need, or begin what takes long.
HARMFUL = {
    ("POST", "/api/sign-out"),
    ("DELETE", "/api/users/{name:path}"),
    ("DELETE", f"{A}/comments/{{comment_id}}"),
    ("POST", f"{A}/runs"),
}
FORMS = {("POST", "/sign-in")}


def routes_of(application: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield every route: those of the routers, and any that stands on the application itself."""
    routers, _ = find_routers()
    for route in [*application.routes, *(route for router in routers for route in router.routes)]:
        if isinstance(route, Route):
            yield from ((method, route.path) for method in route.methods or ())


@pytest.fixture(scope="module")
def places(shared_review: Review) -> dict[str, str]:
    """What stands for each part of a path: things that are mia's, or nobody's."""
    mia = shared_review.client("mia")
    plan = shared_review.plan
    mine = person_of(shared_review, FIRST)
    other = person_of(shared_review, SECOND)
    only = visible_accounts(shared_review.opened, mine) & ~visible_accounts(
        shared_review.opened, other
    )
    account = plan.data.accounts["account_id"].iloc[int(only.nonzero()[0][0])]
    at = shared_review.opened.position_of_account[account]
    home, twin = int(plan.territory_of_account[at]), plan.territory_ids[0]
    elsewhere = next(t for t in plan.territory_ids[::2] if t != plan.territory_ids[home])
    made = mia.post(f"{API}/proposals", json={"reason": "Mine", "moves": {account: elsewhere}})
    assert made.status_code == 201, made.text
    said = mia.post(
        f"{API}/comments",
        json={"subject_kind": "account", "subject_id": account, "body": "Between us"},
    )
    return {
        "plan": "baseline",
        "chart": "attainment",
        "name": "nobody",
        "account": str(account),
        "territory": twin,
        "proposal": str(made.json()["proposal_id"]),
        "comment_id": str(said.json()["comment_id"]),
        "hold": "999",
        "run": "999",
    }


def person_of(review: Review, rep_id: str) -> Person:
    del review
    return Person(user_id=0, name="", role="manager", rep_id=rep_id)


def fill(path: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        path = path.replace(f"{{{name}:path}}", value).replace(f"{{{name}}}", value)
    return path.replace("/assets/map/nobody", "/assets/map/renderer.js")


def ask(
    client: httpx.Client, key: tuple[str, str], places: dict[str, str], review: Review
) -> httpx.Response:
    body = json.loads(json.dumps(EXPECTED[key][0]).replace("REP", review.plan.seats.rep_ids[0]))
    method, path = key[0], fill(key[1], places)
    content = {"data": body} if key in FORMS else {"json": body} if body is not None else {}
    return client.request(method, path, headers=PAGE, follow_redirects=False, **content)


def turned_away(answer: httpx.Response) -> bool:
    signs_in = answer.status_code == 303 and answer.headers["location"] == "/sign-in"
    return signs_in or answer.status_code in {401, 403, 404, 429}


def test_every_route_is_in_the_matrix(shared_review: Review) -> None:
    """Whoever adds a route says who may ask it."""
    found = {key for key in routes_of(shared_review.application) if key[0] != "HEAD"}
    assert found == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EVERYBODY))
def test_roles_get_what_is_theirs_and_nothing_else(
    shared_review: Review, places: dict[str, str], name: str
) -> None:
    """Every route asked by every role: let in or turned away as the matrix says; no fault of ours."""
    client = shared_review.client(name)
    wrong = {}
    for key, (_, allowed) in EXPECTED.items():
        if key in HARMFUL and name in allowed:
            continue
        answer = ask(client, key, places, shared_review)
        missing = answer.status_code == 404 and key[1].startswith("/api/users/{name")
        if turned_away(answer) == (name in allowed) and not missing:
            wrong[key] = f"{answer.status_code} {answer.text[:200]}"
        assert answer.status_code < 500, f"{key}: {answer.text}"
    assert wrong == {}


def test_strangers_get_nothing(shared_review: Review, places: dict[str, str]) -> None:
    """Without a session, and with a made-up or another's expired one, every door is shut."""
    clients = [shared_review.stranger() for _ in range(3)]
    cookie = shared_review.application.state.settings.cookie
    clients[1].cookies.set(cookie, "A" * 43)
    left = shared_review.sign_in("ops")
    token = left.cookies[cookie]
    assert left.post("/api/sign-out").status_code == 204
    clients[2].cookies.set(cookie, token)
    clients[2].headers["X-CSRF-Token"] = left.headers["X-CSRF-Token"]
    for client in clients:
        for key, (_, allowed) in EXPECTED.items():
            answer = ask(client, key, places, shared_review)
            assert turned_away(answer) != ("stranger" in allowed), f"{key}: {answer.text[:200]}"


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "made up"},
        {"X-CSRF-Token": "é".encode().decode("latin-1")},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
def test_other_sites_change_nothing(
    shared_review: Review, places: dict[str, str], headers: dict[str, str]
) -> None:
    """Every route that changes something refuses a wrong token and another site's page."""
    client = shared_review.client("owner")
    raw = [(name, value.encode("latin-1")) for name, value in headers.items()]
    for key, (body, _) in EXPECTED.items():
        if key[0] == "GET" or (key in FORMS and "X-CSRF-Token" in headers):
            continue
        kept = {name: value for name, value in client.headers.items() if name != "x-csrf-token"}
        token = (
            [] if "X-CSRF-Token" in headers else [("X-CSRF-Token", client.headers["X-CSRF-Token"])]
        )
        request = httpx.Request(
            key[0],
            shared_review.url + fill(key[1], places),
            headers=[*kept.items(), *token, *raw],
            json=body,
        )
        request.headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in client.cookies.items())
        answer = client.send(request)
        assert answer.status_code == 403, f"{key}: {answer.status_code} {answer.text[:200]}"


def test_anothers_token_does_not_fit(shared_review: Review) -> None:
    """The token belongs to the session: a colleague's is refused."""
    client = shared_review.sign_in("mia")
    client.headers["X-CSRF-Token"] = shared_review.client("max").headers["X-CSRF-Token"]
    answer = client.post(f"{API}/comments", json=COMMENT)
    assert answer.status_code == 403


def test_a_link_opens_once(shared_review: Review) -> None:
    """The second use of a one-time link is refused."""
    from planner.review.sessions import make_link
    from planner.review.users import find_user

    token = make_link(shared_review.store, find_user(shared_review.store, "mia"))
    first, second = shared_review.stranger(), shared_review.stranger()
    assert first.get("/enter", params={"token": token}, headers=PAGE).status_code == 200
    assert second.get("/enter", params={"token": token}, headers=PAGE).status_code == 401


def bodies(review: Review, name: str, places: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield every answer that a user gets by reading, and every page of accounts."""
    client = review.client(name)
    for key in EXPECTED:
        if key[0] == "GET" and "enter" not in key[1]:
            yield key[1], ask(client, key, places, review).text
    everything = client.post(f"{API}/accounts/query", json={"limit": 500})
    yield "accounts/query", everything.text
    positions = list(range(len(review.opened.position_of_account)))
    yield "accounts/names", client.post(f"{API}/accounts/names", json={"positions": positions}).text


def test_nothing_of_another_managers_accounts_leaks(
    shared_review: Review, places: dict[str, str]
) -> None:
    """No answer that max can get names an account that he may not see."""
    opened = shared_review.opened
    hidden = ~visible_accounts(opened, person_of(shared_review, SECOND))
    proposed = json.loads(json.dumps(shared_review.client("max").get(f"{API}/proposals").json()))
    told = {move["account_id"] for proposal in proposed for move in proposal["moves"]}
    names = set(opened.plan.data.accounts["account_id"][hidden]) - told
    assert len(names) > 50
    for path, text in bodies(shared_review, "max", places):
        assert [name for name in names if name in text] == [], path


def test_pay_and_peers_attainment_stay_hidden(
    shared_review: Review, places: dict[str, str]
) -> None:
    """No answer to a manager or reader holds what anybody earns, nor one of another's outcomes."""
    plan = shared_review.plan
    scale = plan.data.currency.scale
    assert plan.assessment is not None
    assert plan.outcomes is not None
    pay = {
        amount
        for rep in plan.assessment.compensation.reps
        for amount in (rep.expected, rep.p10, rep.p50, rep.p90)
    }
    mask = territory_mask(shared_review.opened, person_of(shared_review, SECOND))
    his = {plan.seats.rep_ids[at] for at in mask.nonzero()[0]} | {SECOND}
    peers = [o for o in plan.outcomes.outcomes if o.level == "rep" and o.rep_id not in his]
    outcomes = {amount for o in peers for amount in (o.expected, o.p10, o.p50, o.p90)}
    for name, secrets in (("max", pay | outcomes), ("eye", pay | outcomes)):
        figures = {form for amount in secrets if amount > 100_000 for form in forms(amount, scale)}
        for path, text in bodies(shared_review, name, places):
            assert [figure for figure in figures if figure in text] == [], (name, path)


def forms(amount: int, scale: int) -> set[str]:
    """Return how an amount might be written; round amounts occur by chance and are left out."""
    units = amount / scale
    written = {str(amount), f"{units:.2f}", f"{units:,.2f}", f"{units:,.0f}"}
    return {
        text
        for text in written
        if not text.replace(",", "").rstrip("0.").isdigit() or len(text.rstrip("0")) > 6
    }


def test_a_rep_sees_only_what_was_released(shared_review: Review, places: dict[str, str]) -> None:
    """Before a release, nothing that a rep can ask names any account."""
    ids = set(shared_review.opened.position_of_account)
    for path, text in bodies(shared_review, "rita", places):
        assert [name for name in ids if name in text] == [], path


def test_a_release_shows_a_rep_his_own(shared_review: Review) -> None:
    """With a release he sees his accounts, and those that leave him; nobody else's."""
    opened, plan = shared_review.opened, shared_review.plan
    own = plan.territory_ids[0]
    rita = Person(user_id=0, name="", role="rep", rep_id=plan.seats.rep_ids[0])
    assert not visible_accounts(opened, rita).any()
    told = replace(rita, released={"baseline": frozenset(plan.territory_ids)})
    seen = visible_accounts(opened, told)
    expected = (plan.territory_of_account == 0) | (plan.today.seat_of_account == 0)
    assert (seen == expected).all()
    assert territory_mask(opened, told).tolist() == [t == own for t in plan.territory_ids]
