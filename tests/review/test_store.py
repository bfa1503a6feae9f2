"""The store on both databases: migrations, the record, and concurrent editors."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from planner.errors import ScenarioError, StoreError
from planner.review import decision_models as tables
from planner.review.decisions.answers import answer
from planner.review.decisions.approvals import approve, read_levels, submit
from planner.review.decisions.baskets import add_step, read_basket
from planner.review.decisions.comments import add_comment, list_comments
from planner.review.decisions.overrides import list_overrides, set_override
from planner.review.decisions.proposals import propose
from planner.review.models import User
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import read_record
from planner.review.refusals import ChangedError, RefusedError, ReviewError
from planner.review.roles import Role
from planner.review.store import Store, open_store
from planner.review.users import add_user, find_user
from tests.reviews import FIRST, SECOND


def person(store: Store, name: str, role: Role, rep_id: str | None = None) -> Person:
    add_user(store, None, name, role, rep_id=rep_id)
    return Person(user_id=find_user(store, name), name=name, role=role, rep_id=rep_id)


def test_migrations_make_the_tables_that_the_models_name(store: Store) -> None:
    """A migrated database differs in nothing from the models."""
    with store.reading.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.Record.metadata) == []


def test_a_store_opens_again(database: str) -> None:
    """What was kept is there when the same database is opened again."""
    first = open_store(database)
    add_user(first, None, "Mia", "finance")
    first.close()
    second = open_store(database)
    assert find_user(second, "mia") > 0
    second.close()


def test_the_record_refuses_to_change(store: Store) -> None:
    """Neither an update nor a delete gets past the database itself."""
    add_user(store, None, "Mia", "finance")
    for words in ("UPDATE records SET who = 'x'", "DELETE FROM records"):
        with pytest.raises(StoreError, match="append-only"), store.write() as session:
            session.execute(sa.text(words))
    owner = Person(user_id=0, name="owner", role="owner")
    assert [step["what"] for step in read_record(store, owner, None, frozenset())] == ["added user"]


def test_half_a_transaction_is_nothing(store: Store) -> None:
    """An error in the middle leaves neither the step nor its record."""
    with pytest.raises(ZeroDivisionError), store.write() as session:
        session.add(User(name="x", handle="x", role="finance", active=True, created_at=1 / 0))
    owner = Person(user_id=0, name="owner", role="owner")
    assert read_record(store, owner, None, frozenset()) == []


def test_of_many_editors_one_wins_and_the_others_are_told(store: Store, opened: OpenPlan) -> None:
    """Eight people set the same quota at once: one is kept, seven see what he wrote."""
    fin = person(store, "fin", "finance")
    rep, barrier = opened.plan.seats.rep_ids[0], threading.Barrier(8)

    def edit(number: int) -> str:
        barrier.wait()
        try:
            set_override(store, opened, fin, rep, Decimal(1000 + number), f"reason {number}", 0)
        except ChangedError as error:
            theirs = {line["what"]: line["theirs"] for line in error.details["difference"]}
            return str(theirs["reason"])
        return "kept"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(edit, range(8)))
    assert results.count("kept") == 1
    winner = f"reason {results.index('kept')}"
    assert {result for result in results if result != "kept"} == {winner}
    assert [o["reason"] for o in list_overrides(store, opened, fin)] == [winner]


def test_no_word_is_lost_when_many_write(store: Store, opened: OpenPlan) -> None:
    """Comments and basket steps of eight people at once are all there afterwards."""
    people = [person(store, f"ops{number}", "operations") for number in range(8)]
    accounts = list(opened.position_of_account)[:10]
    to = opened.plan.territory_ids

    def work(who: Person) -> None:
        for number, account in enumerate(accounts):
            add_comment(store, opened, who, "account", account, f"{who.name} {number}")
            home = int(opened.plan.territory_of_account[opened.position_of_account[account]])
            add_step(store, opened, who, {account: to[(home + 1) % len(to)]})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, people))
    bodies = {comment["body"] for comment in list_comments(store, opened, people[0])}
    assert bodies == {f"{who.name} {number}" for who in people for number in range(10)}
    for who in people:
        basket = read_basket(store, opened, who)
        assert set(basket.moves) == set(accounts)
        assert basket.revision == 10
    owner = Person(user_id=0, name="owner", role="owner")
    steps = read_record(store, owner, "baseline", frozenset(), limit=None)
    assert sum(step["what"] == "commented" for step in steps) == 80


def test_a_proposal_is_decided_once(store: Store, opened: OpenPlan) -> None:
    """Two of operations accept and refuse at once: one word counts, and holds follow it."""
    ops = [person(store, f"ops{number}", "operations") for number in range(2)]
    account = next(iter(opened.position_of_account))
    home = int(opened.plan.territory_of_account[0])
    allowed = opened.plan.eligibility.allowed[
        opened.plan.eligibility.class_of_unit[opened.plan.units.unit_of_account[0]]
    ]
    target = next(t for t in allowed.nonzero()[0].tolist() if t != home)
    to = opened.plan.territory_ids[target]
    made = propose(store, opened, ops[0], "Try", {account: to})
    barrier = threading.Barrier(2)

    def decide(at: int) -> str:
        barrier.wait()
        said = ("accept", "refuse")[at]
        try:
            answer(store, opened, ops[at], made["proposal_id"], said, "so", revision=1)  # type: ignore[arg-type]
        except ReviewError:
            return "told"
        return said

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(decide, range(2)))
    assert sorted(results)[-1] == "told"
    with store.read() as session:
        holds = session.scalars(sa.select(tables.AcceptedMove)).all()
    assert len(holds) == results.count("accept")


def test_levels_come_in_their_order(store: Store, opened: OpenPlan) -> None:
    """Each manager approves his territories, finance the whole, and nothing twice."""
    mia = person(store, "mia", "manager", FIRST)
    max_ = person(store, "max", "manager", SECOND)
    fin, ops = person(store, "fin", "finance"), person(store, "ops", "operations")
    levels = ("managers", "finance")
    with pytest.raises(RefusedError, match="draft"):
        approve(store, opened, mia, "managers", levels)
    submit(store, "baseline", ops)
    with pytest.raises(RefusedError, match="Not before managers"):
        approve(store, opened, fin, "finance", levels)
    approve(store, opened, mia, "managers", levels)
    missing = read_levels(store, opened, levels)[0].missing
    assert missing == opened.plan.territory_ids[1::2]
    approve(store, opened, max_, "managers", levels)
    done = approve(store, opened, fin, "finance", levels)
    assert all(state.complete for state in done)
    with pytest.raises(RefusedError):
        approve(store, opened, fin, "finance", levels)


@pytest.mark.parametrize(
    "address", ["mysql://x/y", "sqlite://", "not a url://", "sqlite:///:memory:"]
)
def test_other_databases_are_refused(address: str) -> None:
    """What cannot keep a review is refused in words."""
    with pytest.raises(ScenarioError):
        open_store(address)


def test_a_database_that_is_none_fails_in_words(tmp_path: Path) -> None:
    """A file that is no database, and a folder that is not there, end as a failed store."""
    garbage = tmp_path / "garbage.sqlite"
    garbage.write_bytes(json.dumps(["no database"] * 500).encode())
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{garbage}")
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'x.sqlite'}")
