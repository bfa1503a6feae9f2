"""Re-plans: asked for from a page, run in the background, with progress and cancel."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.outputs.naming import slug
from planner.outputs.plan import Plan
from planner.review import decision_models as tables
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import Subject, note, word_moment
from planner.review.refusals import NotAllowedError, NotFoundError, RefusedError
from planner.review.replanning import Request, Scope, build_request
from planner.review.store import Store, now
from planner.review.versions import (
    VersionView,
    add_child,
    describe,
    lock_version,
    next_number,
    unused_key,
)

BEAT_SECONDS = 1.0
LOST_AFTER = timedelta(seconds=60)


def ask_run(
    store: Store, opened: OpenPlan, person: Person, scope: Scope
) -> tuple[int, Request, Path]:
    """Keep that a re-plan was asked for.

    Returns
    -------
    tuple
        The run's number, what to plan, and the folder of the new version.

    Raises
    ------
    NotAllowedError, RefusedError
        When his role does not re-plan, or one is running already.
    """
    if not person.may("replan"):
        raise NotAllowedError
    with store.write() as session:
        version = lock_version(session, opened.key)
        lose_runs(session)
        _refuse_second(session, version.lineage)
        request = build_request(session, opened, scope)
        target = _free_folder(session, version)
        row = tables.Run(
            parent_key=opened.key,
            scope=scope,
            state="running",
            progress="starting",
            note="",
            message="",
            who=person.name,
            user_id=person.user_id,
            cancel=False,
            at=now(),
            beat_at=now(),
        )
        session.add(row)
        session.flush()
        after = {"scope": scope, "holds": len(request.includes["holds"])}
        note(session, person, "asked for re-plan", _subject(row), after=after)
        return row.run_id, request, target


def _refuse_second(session: Session, lineage: str) -> None:
    run, version = tables.Run, tables.Version
    running = session.scalar(
        sa.select(run.who)
        .join(version, version.version_key == run.parent_key)
        .where(version.lineage == lineage, run.state == "running")
    )
    if running is not None:
        raise RefusedError(
            f"A re-plan that {running} asked for is running; wait for it, or cancel it."
        )


def _free_folder(session: Session, version: tables.Version) -> Path:
    """Return a folder beside the version's own that is free."""
    first = session.get(tables.Version, version.lineage)
    base = Path((first or version).folder)
    number = next_number(session, version.lineage)
    while True:
        folder = base.with_name(f"{base.name}-v{number}")
        if not folder.exists():
            return folder
        number += 1


def lose_runs(session: Session) -> None:
    """Call runs failed whose server has gone away."""
    run = tables.Run
    session.execute(
        sa.update(run)
        .where(run.state == "running", run.beat_at < now() - LOST_AFTER)
        .values(
            state="failed",
            message="The server that ran it has gone away. Ask for it again.",
            ended_at=now(),
        )
    )


def beat(store: Store, run_id: int, progress: dict[str, str]) -> bool:
    """Keep how far a run is, and return whether it is to be cancelled."""
    with store.write() as session:
        row = session.get_one(tables.Run, run_id)
        row.beat_at = now()
        row.progress = progress.get("progress", row.progress)[:40]
        row.note = progress.get("note", row.note)
        return row.cancel


def cancel_run(store: Store, opened: OpenPlan, person: Person, run_id: int) -> dict[str, Any]:
    """Ask for a run to end.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError
        When his role does not re-plan, there is no such run, or it is over.
    """
    if not person.may("replan"):
        raise NotAllowedError
    with store.write() as session:
        row = _find(session, opened.key, run_id)
        if row.state != "running":
            raise RefusedError(f"This re-plan is {row.state} already.")
        row.cancel = True
        note(session, person, "cancelled re-plan", _subject(row))
        session.flush()
        return describe_run(row)


def end_run(store: Store, run_id: int, state: str, message: str) -> None:
    """Keep that a run has ended without a version."""
    with store.write() as session:
        row = session.get_one(tables.Run, run_id)
        row.state, row.message, row.ended_at = state, message, now()
        after = {"state": state, "message": message}
        note(session, None, "ended re-plan", _subject(row), after=after)


def finish_run(
    store: Store, run_id: int, folder: Path, request: Request, old: Plan, new: Plan
) -> VersionView:
    """Take the new version in, with the approvals that nothing touched."""
    with store.write() as session:
        row = session.get_one(tables.Run, run_id)
        parent = describe(lock_version(session, row.parent_key))
        key = unused_key(session, slug(folder.name))
        child = add_child(session, parent, key, folder, row.who, request.includes)
        session.flush()
        kept = (
            _carry_approvals(session, parent.key, key, old, new) if child.stage == "review" else []
        )
        row.state, row.child_key, row.ended_at = "done", key, now()
        row.progress, row.note = "done", ""
        subject = Subject(kind="plan", identity=key, version=key)
        after = {"version": key, "from": parent.key, "approvals_kept": kept}
        note(session, None, "re-planned", subject, after=after)
        session.flush()
        return describe(child)


def _carry_approvals(session: Session, parent: str, child: str, old: Plan, new: Plan) -> list[str]:
    """Keep managers' approvals of territories that have the same accounts, rep and quota."""
    same = unchanged_territories(old, new)
    table = tables.Approval
    rows = session.scalars(
        sa.select(table).where(
            table.version_key == parent, table.level == "managers", table.withdrawn_at.is_(None)
        )
    ).all()
    kept = [row for row in rows if row.scope in same]
    session.add_all(
        table(
            version_key=child,
            level=row.level,
            scope=row.scope,
            user_id=row.user_id,
            comment=row.comment,
            at=row.at,
        )
        for row in kept
    )
    return sorted(row.scope for row in kept)


def unchanged_territories(old: Plan, new: Plan) -> frozenset[str]:
    """Return the territories that two versions of a plan have alike: accounts, rep and quota."""
    if old.territory_ids != new.territory_ids:
        return frozenset()
    quotas = [plan.quotas.by_person("rep") if plan.quotas else {} for plan in (old, new)]
    moved = old.territory_of_account != new.territory_of_account
    touched = {*old.territory_of_account[moved].tolist(), *new.territory_of_account[moved].tolist()}
    return frozenset(
        name
        for at, name in enumerate(old.territory_ids)
        if at not in touched
        and old.seats.rep_ids[at] == new.seats.rep_ids[at]
        and quotas[0].get(old.seats.rep_ids[at]) == quotas[1].get(new.seats.rep_ids[at])
    )


def read_run(store: Store, opened: OpenPlan, run_id: int) -> dict[str, Any]:
    """Return how far a run is.

    Raises
    ------
    NotFoundError
        When the version has none of that number.
    """
    with store.read() as session:
        return describe_run(_find(session, opened.key, run_id))


def list_runs(store: Store, opened: OpenPlan) -> list[dict[str, Any]]:
    """Return a version's runs, the latest first."""
    run = tables.Run
    query = sa.select(run).where(run.parent_key == opened.key).order_by(run.run_id.desc())
    with store.read() as session:
        return [describe_run(row) for row in session.scalars(query)]


def _find(session: Session, version: str, run_id: int) -> tables.Run:
    row = session.get(tables.Run, run_id)
    if row is None or row.parent_key != version:
        raise NotFoundError
    return row


def _subject(row: tables.Run) -> Subject:
    return Subject(kind="run", identity=str(row.run_id), version=row.parent_key)


def describe_run(row: tables.Run) -> dict[str, Any]:
    """Return a run as plain values, for pages and JSON."""
    lost = row.state == "running" and now() - row.beat_at > LOST_AFTER
    return {
        "run_id": row.run_id,
        "parent": row.parent_key,
        "version": row.child_key,
        "scope": row.scope,
        "state": "lost" if lost else row.state,
        "progress": row.progress,
        "note": row.note,
        "message": row.message,
        "who": row.who,
        "cancelling": row.cancel and row.state == "running",
        "asked_at": word_moment(row.at),
        "ended_at": word_moment(row.ended_at),
    }
