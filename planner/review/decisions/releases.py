"""Releases: when a rep sees his territory, quota and transition sheet, and what he says to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review import decision_models as tables
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import Subject, note, word_moment
from planner.review.refusals import NotAllowedError, NotFoundError, RefusedError, changed
from planner.review.store import Store, insert_missing, now
from planner.review.versions import lock_version
from planner.review.visibility import visible_territories

Answer = Literal["accept", "object"]


def released_territories(store: Store, rep_id: str) -> dict[str, frozenset[str]]:
    """Return what was released to a rep: territories by version."""
    table = tables.Release
    query = sa.select(table.version_key, table.territory_id).where(table.rep_id == rep_id)
    found: dict[str, set[str]] = {}
    with store.read() as session:
        for version, territory in session.execute(query):
            found.setdefault(version, set()).add(territory)
    return {version: frozenset(names) for version, names in found.items()}


def release(
    store: Store, opened: OpenPlan, person: Person, territories: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Let reps see their territories of a published version.

    Parameters
    ----------
    territories
        Which; None is all that somebody holds.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError
        When his role does not release, a territory is unknown or held by nobody, or the version
        is not published.
    """
    if not person.may("release"):
        raise NotAllowedError
    wanted = _holders(opened, territories)
    with store.write() as session:
        row = lock_version(session, opened.key)
        if row.stage != "published":
            raise RefusedError(f"This version is {row.stage}; only a published one is released.")
        fresh = [name for name, rep in wanted.items() if _add(session, opened.key, name, rep)]
        if fresh:
            subject = Subject(
                kind="release", identity=opened.key, version=opened.key, territories=tuple(fresh)
            )
            note(session, person, "released territories", subject, after={"released": fresh})
        return _list(session, opened.key, None)


def _holders(opened: OpenPlan, territories: Sequence[str] | None) -> dict[str, str]:
    """Return who holds each territory that is to be released."""
    seats = opened.plan.seats
    held = {name: rep for name, rep in zip(seats.territory_ids, seats.rep_ids, strict=True) if rep}
    if territories is None:
        return held
    unknown = [name for name in territories if name not in opened.position_of_territory]
    if unknown:
        raise NotFoundError(f"There is no territory {unknown[0][:80]!r}.")
    open_seats = [name for name in territories if name not in held]
    if open_seats:
        raise RefusedError(f"Nobody holds {open_seats[0]}, so nobody can see it.")
    return {name: held[name] for name in territories}


def _add(session: Session, version: str, territory: str, rep_id: str) -> bool:
    values = {
        "version_key": version,
        "territory_id": territory,
        "rep_id": rep_id,
        "at": now(),
        "reason": "",
        "revision": 1,
    }
    return insert_missing(session, tables.Release, values)


def list_releases(store: Store, opened: OpenPlan, person: Person) -> list[dict[str, Any]]:
    """Return what was released, and the answers, of the territories that a person may see."""
    with store.read() as session:
        return _list(session, opened.key, visible_territories(opened, person))


def _list(session: Session, version: str, seen: frozenset[str] | None) -> list[dict[str, Any]]:
    table = tables.Release
    rows = session.scalars(
        sa.select(table).where(table.version_key == version).order_by(table.territory_id)
    )
    return [describe_release(row) for row in rows if seen is None or row.territory_id in seen]


def describe_release(row: tables.Release) -> dict[str, Any]:
    """Return a release as plain values, for pages and JSON."""
    return {
        "territory_id": row.territory_id,
        "rep_id": row.rep_id,
        "released_at": word_moment(row.at),
        "answer": row.answer,
        "reason": row.reason,
        "answered_at": word_moment(row.answered_at),
        "revision": row.revision,
    }


def respond(
    store: Store,
    opened: OpenPlan,
    person: Person,
    territory_id: str,
    answer: Answer,
    reason: str,
    revision: int | None = None,
) -> dict[str, Any]:
    """Keep what a rep says to his territory and quota.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError, ChangedError
        When he is no rep, the territory is not his, an objection has no reason, or he answered
        in another window.
    """
    if not person.may("respond"):
        raise NotAllowedError
    if territory_id not in visible_territories(opened, person):
        raise NotFoundError
    if answer == "object" and not reason.strip():
        raise RefusedError("Say what you object to.")
    with store.write() as session:
        row = _lock(session, opened.key, territory_id)
        before = {"answer": row.answer, "reason": row.reason}
        after = {"answer": answer, "reason": reason}
        if revision is not None and revision != row.revision:
            raise changed("Another window of yours", before, after, revision=row.revision)
        row.answer, row.reason, row.answered_at = answer, reason, now()
        row.revision += 1
        subject = Subject(
            kind="release",
            identity=territory_id,
            version=opened.key,
            territories=(territory_id,),
        )
        what = "accepted territory" if answer == "accept" else "objected to territory"
        note(session, person, what, subject, why=reason, before=before, after=after)
        session.flush()
        return describe_release(row)


def _lock(session: Session, version: str, territory: str) -> tables.Release:
    table = tables.Release
    query = sa.select(table).where(table.version_key == version, table.territory_id == territory)
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFoundError
    return row
