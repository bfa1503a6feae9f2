"""What stands before every route: host, size, headers, sign-in, sessions, proxies, hostile text."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from planner.review.models import SignIn
from planner.review.parameters import ReviewParameters, SignInParameters
from planner.review.store import now
from planner.review.users import change_role, end_sessions, find_user, remove_user
from planner.web.protection import policy_for
from tests.reviews import PAGE, PASSWORD, Review, run_review

API = "/api/plans/baseline"
HOSTILE = ("<script>alert(1)</script>", '"onmouseover="alert(1)', "\u202egnirts", "x" * 10_000)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 400),
        ("10.1.2.3", 421),
        ("localhost", 200),
        ("[::1]:80", 200),
    ],
)
def test_only_our_own_names_are_answered(shared_review: Review, host: str, status: int) -> None:
    """A foreign name that was pointed at this machine gets nothing."""
    answer = shared_review.stranger().get("/sign-in", headers={"Host": host})
    assert answer.status_code == status or (host == "" and answer.status_code == 421)


def test_large_bodies_are_refused(shared_review: Review) -> None:
    """A body over the limit ends in words, announced or not."""
    client = shared_review.client("mia")
    large = b'{"body": "' + b"x" * 3_000_000 + b'"}'
    assert client.post(f"{API}/comments", content=large).status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    assert client.post(f"{API}/comments", content=chunks()).status_code == 413


@pytest.mark.parametrize("path", ["/sign-in", "/static/app.css?v=1", "/nowhere", f"{API}/state"])
def test_every_answer_keeps_browsers_strict(shared_review: Review, path: str) -> None:
    """Pages, files, errors and feeds carry the same strict headers."""
    headers = shared_review.client("owner").get(path).headers
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert ("no-store" in headers["cache-control"]) != path.startswith("/static")


def test_the_cookie_is_out_of_reach_of_scripts(shared_review: Review) -> None:
    """HttpOnly and SameSite, and nothing in it but an id that the store keeps as a digest."""
    client = shared_review.stranger()
    client.follow_redirects = False
    answer = client.post("/sign-in", data={"name": "mia", "password": PASSWORD}, headers=PAGE)
    assert answer.status_code == 303
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    token = client.cookies[shared_review.application.state.settings.cookie]
    with shared_review.store.read() as session:
        digests = set(session.scalars(sa.select(SignIn.digest)))
    assert token not in digests
    assert not any(digest in cookie for digest in digests)


def test_log_ins_are_limited(review_plan: Path, tmp_path: Path) -> None:
    """After five wrong passwords even the right one has to wait; others are not shut out."""
    with run_review(review_plan, tmp_path) as review:
        client = review.stranger()
        wrong = {"name": " MIA ", "password": "wrong password"}
        codes = [client.post("/sign-in", data=wrong).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]
        right = {"name": "mia", "password": PASSWORD}
        assert client.post("/sign-in", data=right).status_code == 429
        assert client.post("/sign-in", data={**wrong, "name": "fin"}).status_code == 401


def test_sessions_end(shared_review: Review) -> None:
    """By age, by idleness, by being revoked, by another role, and by removal."""
    store = shared_review.store
    eye = find_user(store, "eye")

    def refused(client: httpx.Client) -> bool:
        return client.get(f"{API}/state").status_code == 401

    for change in ({"expires_at": now()}, {"seen_at": now() - timedelta(days=1)}):
        client = shared_review.sign_in("eye")
        assert not refused(client)
        with store.write() as session:
            session.execute(sa.update(SignIn).values(**change).where(SignIn.user_id == eye))
        time.sleep(0.01)
        assert refused(client)
    client = shared_review.sign_in("eye")
    assert end_sessions(store, None, "eye") >= 1
    assert refused(client)
    client = shared_review.sign_in("eye")
    change_role(store, None, "eye", "finance")
    assert refused(client)
    client = shared_review.sign_in("eye")
    remove_user(store, None, "eye")
    assert refused(client)


def test_a_trusted_proxy_names_the_user(review_plan: Path, tmp_path: Path) -> None:
    """The header of a trusted address signs in; an unknown name does not, nor a forged cookie."""
    sign_in = SignInParameters(identity_header="X-User", trusted_proxies=("127.0.0.0/8",))
    with run_review(review_plan, tmp_path, parameters=ReviewParameters(sign_in=sign_in)) as review:
        client = review.stranger()
        assert client.get("/users", headers={**PAGE, "X-User": "ops"}).status_code == 200
        assert client.get("/users", headers={"X-User": "mia"}).status_code == 403
        assert client.get("/users", headers={"X-User": "nobody"}).status_code == 401
        assert client.get("/users", headers={"X-User": "owner"}).status_code == 401
        cookie = review.application.state.settings.cookie
        client.cookies.set(cookie, "proxy-2")
        assert client.get("/users").status_code == 401


def test_a_header_from_elsewhere_is_not_believed(review_plan: Path, tmp_path: Path) -> None:
    """Whoever is not the proxy signs in as everybody does."""
    sign_in = SignInParameters(identity_header="X-User", trusted_proxies=("10.0.0.0/8",))
    with run_review(review_plan, tmp_path, parameters=ReviewParameters(sign_in=sign_in)) as review:
        client = review.stranger()
        assert client.get("/users", headers={"X-User": "ops"}).status_code == 401
        assert review.client("ops").get("/users").status_code == 200


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text(shared_review: Review, text: str) -> None:
    """What people write never becomes a page's markup."""
    ops = shared_review.client("ops")
    body = {"subject_kind": "plan", "subject_id": "baseline", "body": text}
    assert ops.post(f"{API}/comments", json=body).status_code == 201
    for path in ("/plans/baseline", "/plans/baseline/record"):
        page = ops.get(path, headers=PAGE).text
        assert "<script>alert" not in page
        assert '"onmouseover=' not in page
    rows = list(csv.DictReader(io.StringIO(ops.get(f"{API}/record.csv").text)))
    assert json.loads(rows[-1]["after"]) == {"body": text}


def test_no_cell_of_the_record_runs(shared_review: Review) -> None:
    """A reason that begins as a formula does is text in the CSV."""
    accounts, _, target = shared_review.movable()
    mia = shared_review.client("mia")
    reason = "=HYPERLINK(1)"
    made = mia.post(f"{API}/proposals", json={"reason": reason, "moves": {accounts[0]: target}})
    assert made.status_code == 201
    assert ",'=HYPERLINK(1)," in shared_review.client("ops").get(f"{API}/record.csv").text


def test_text_that_no_database_keeps_is_refused(shared_review: Review) -> None:
    """NUL, half characters and numbers beyond any id are a finding, not a fault."""
    mia = shared_review.client("mia")
    for words in ('"\\u0000"', '"\\ud800"'):
        body = f'{{"subject_kind": "plan", "subject_id": "baseline", "body": {words}}}'
        answer = mia.post(
            f"{API}/comments", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 422, answer.text
    assert mia.get(f"{API}/proposals/99999999999999999999").status_code == 422
    assert mia.get("/api/plans/%00/state").status_code == 422


@pytest.mark.parametrize(
    ("address", "pictures"),
    [
        (None, "img-src 'self' data:"),
        ("https://tiles.example/{z}/{x}/{y}.png", "img-src 'self' https://tiles.example data:"),
        ("javascript:alert(1)", "img-src 'self' data:"),
    ],
)
def test_pictures_come_from_a_tile_server_only_where_one_is_named(
    address: str | None, pictures: str
) -> None:
    """Everything else of the policy stays as it is."""
    policy = policy_for(address)
    assert f" {pictures};" in policy
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
