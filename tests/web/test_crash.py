"""A server that is killed while people work: what it had confirmed is there when it comes back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from planner.outputs.folder import load_plan
from planner.review.sessions import make_link
from planner.review.store import Store, open_store
from planner.review.users import add_user, find_user
from tests.reviews import PAGE
from tests.web.test_serving import serving

API = "/api/plans/baseline"
NAMES = ("ada", "ben", "cleo", "dan")
CONFIRMED, SECONDS = 60, 300.0


@dataclass(slots=True)
class Worker:
    """One user who moves accounts and comments by turns until his server is gone.

    Parameters
    ----------
    name
        As he signs in.
    moves, words
        What the server confirmed.
    """

    name: str
    moves: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)

    def work(self, client: httpx.Client, wishes: list[tuple[str, str]]) -> None:
        """Send one move and one comment after the other."""
        with closing(client), suppress(httpx.HTTPError):
            for account, to in wishes:
                answer = client.post(f"{API}/basket", json={"moves": {account: to}})
                if answer.status_code < 300:
                    self.moves[account] = to
                said = f"{self.name} about {account}"
                body = {"subject_kind": "account", "subject_id": account, "body": said}
                if client.post(f"{API}/comments", json=body).status_code < 300:
                    self.words.add(said)

    @property
    def confirmed(self) -> int:
        """Return how many entries were confirmed."""
        return len(self.moves) + len(self.words)


def sign_in(store: Store, url: str, name: str) -> httpx.Client:
    client = httpx.Client(base_url=url.partition("/enter")[0], follow_redirects=True, timeout=60)
    token = make_link(store, find_user(store, name))
    page = client.get("/enter", params={"token": token}, headers=PAGE)
    found = re.search(r'name="csrf" content="([^"]+)"', page.text)
    assert found is not None, page.text
    client.headers["X-CSRF-Token"] = found.group(1)
    return client


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'review.sqlite'}"
    address: str = request.getfixturevalue("empty_postgres_url")
    return address


def test_kill_9_loses_nothing_that_was_confirmed(
    database: str, review_plan: Path, tmp_path: Path
) -> None:
    """Four people move and comment when the server is killed; a new one has all it confirmed."""
    folder = Path(shutil.copytree(review_plan, tmp_path / "baseline"))
    plan, store = load_plan(folder), open_store(database)
    for name in NAMES:
        add_user(store, None, name, "operations")
    ids, places = plan.data.accounts["account_id"].tolist(), plan.territory_ids
    homes = plan.territory_of_account.tolist()
    wishes = [
        (name, places[(home + 1) % len(places)]) for name, home in zip(ids, homes, strict=True)
    ]
    workers = [Worker(name=name) for name in NAMES]
    with serving(folder, "--database", database) as (process, printed):
        threads = []
        for at, worker in enumerate(workers):
            client = sign_in(store, printed["url"], worker.name)
            mine = wishes[at :: len(NAMES)]
            threads.append(threading.Thread(target=worker.work, args=(client, mine), daemon=True))
        for thread in threads:
            thread.start()
        ends = time.monotonic() + SECONDS
        while not have_enough(workers) and time.monotonic() < ends:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join(120)
    assert min(one.confirmed for one in workers) > 0
    with serving(folder, "--database", database) as (_, printed):
        for worker in workers:
            with closing(sign_in(store, printed["url"], worker.name)) as client:
                check_kept(client, worker)
    store.close()


def have_enough(workers: list[Worker]) -> bool:
    """Return whether everybody had something confirmed, and all together enough."""
    confirmed = [one.confirmed for one in workers]
    return min(confirmed) > 0 and sum(confirmed) >= CONFIRMED


def check_kept(client: httpx.Client, worker: Worker) -> None:
    """Compare what a new server has with what the killed one confirmed."""
    kept = client.get(f"{API}/basket").json()["moves"]
    assert worker.moves.items() <= kept.items()
    # One more may have been kept whose answer did not come.
    assert len(kept) <= len(worker.moves) + 1
    found: list[dict[str, Any]] = client.get(f"{API}/comments").json()
    said = {one["body"] for one in found if one["author"] == worker.name}
    assert worker.words <= said
    steps = client.get(f"{API}/record.json").json()
    written = [s for s in steps if s["what"] == "commented" and s["who"] == worker.name]
    assert len(written) == len(said)
