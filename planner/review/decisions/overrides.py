"""Quotas that finance sets by hand; the rest settles around them at the next re-plan."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review import decision_models as tables
from planner.review.decisions.proposals import check_changeable
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import Subject, note, word_moment
from planner.review.refusals import NotAllowedError, NotFoundError, RefusedError, changed
from planner.review.store import Store, insert_missing, now
from planner.review.visibility import visible_reps

LARGEST = Decimal(10) ** 15


def set_override(
    store: Store,
    opened: OpenPlan,
    person: Person,
    rep_id: str,
    quota: Decimal | None,
    reason: str,
    revision: int | None = None,
) -> dict[str, Any]:
    """Set somebody's quota by hand, or lift what was set.

    Parameters
    ----------
    quota
        Of the whole plan, in units of the plan currency; None lifts the override.
    reason
        Why; it may not be empty.
    revision
        The override's revision that the person saw, 0 where there was none; None writes whatever
        there is.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError
        When his role does not override, nobody of that id carries quota, or there is no reason.
    ChangedError
        When somebody set it in between.
    """
    if not person.may("override"):
        raise NotAllowedError
    minor = _check(opened, person, rep_id, quota, reason)
    with store.write() as session:
        version = check_changeable(session, opened.key)
        row, fresh = _lock(session, version.lineage, opened.key, rep_id)
        seen = 0 if fresh else row.revision
        before = _words(opened, None if fresh else row)
        after = {"quota": None if minor is None else opened.plan.data.currency.to_text(minor)}
        if revision is not None and revision != seen:
            raise changed(row.who, before, {**after, "reason": reason}, revision=row.revision)
        row.quota, row.reason, row.who, row.at = minor, reason, person.name, now()
        row.version_key, row.revision = opened.key, seen + 1
        subject = Subject(
            kind="quota",
            identity=rep_id,
            version=opened.key,
            territories=_territories(opened, rep_id),
        )
        what = "lifted quota override" if minor is None else "overrode quota"
        note(session, person, what, subject, why=reason, before=before, after=after)
        session.flush()
        return describe_override(opened, row)


def _check(
    opened: OpenPlan, person: Person, rep_id: str, quota: Decimal | None, reason: str
) -> int | None:
    if rep_id not in visible_reps(opened, person):
        raise NotFoundError("There is nobody of that id.")
    sheet = opened.plan.quotas
    if sheet is None or all(line.rep_id != rep_id for line in sheet.derivations):
        raise RefusedError(f"{rep_id} carries no quota in this plan.")
    if not reason.strip():
        raise RefusedError("Say why the quota is set by hand.")
    if quota is None:
        return None
    if not quota.is_finite() or quota < 0 or quota >= LARGEST:
        raise RefusedError("A quota is a number from 0 to under 10 to the 15th.")
    return opened.plan.data.currency.to_minor(quota)


def _lock(
    session: Session, lineage: str, version: str, rep_id: str
) -> tuple[tables.Override, bool]:
    """Return the override's row, locked, and whether it was made only now."""
    values = {
        "lineage": lineage,
        "version_key": version,
        "rep_id": rep_id,
        "quota": None,
        "reason": "",
        "who": "",
        "at": now(),
        "revision": 0,
    }
    fresh = insert_missing(session, tables.Override, values)
    query = sa.select(tables.Override).where(
        tables.Override.lineage == lineage, tables.Override.rep_id == rep_id
    )
    return session.scalars(query.with_for_update()).one(), fresh


def _territories(opened: OpenPlan, rep_id: str) -> tuple[str, ...]:
    held = zip(opened.plan.seats.rep_ids, opened.plan.territory_ids, strict=True)
    return tuple(territory for rep, territory in held if rep == rep_id)


def _words(opened: OpenPlan, row: tables.Override | None) -> dict[str, Any]:
    if row is None or row.quota is None:
        return {"quota": None, "reason": row.reason if row else ""}
    return {"quota": opened.plan.data.currency.to_text(row.quota), "reason": row.reason}


def list_overrides(store: Store, opened: OpenPlan, person: Person) -> list[dict[str, Any]]:
    """Return the overrides in force, of those whose quota a person may see."""
    seen = visible_reps(opened, person)
    with store.read() as session:
        version = session.get(tables.Version, opened.key)
        if version is None:
            raise NotFoundError
        return [
            describe_override(opened, row)
            for row in active_overrides(session, version.lineage)
            if row.rep_id in seen
        ]


def active_overrides(session: Session, lineage: str) -> list[tables.Override]:
    """Return the overrides in force, by rep."""
    query = (
        sa.select(tables.Override)
        .where(tables.Override.lineage == lineage, tables.Override.quota.is_not(None))
        .order_by(tables.Override.rep_id)
    )
    return list(session.scalars(query))


def describe_override(opened: OpenPlan, row: tables.Override) -> dict[str, Any]:
    """Return an override as plain values, for pages and JSON."""
    return {
        "override_id": row.override_id,
        "rep_id": row.rep_id,
        "who": row.who,
        "at": word_moment(row.at),
        "revision": row.revision,
        **_words(opened, row),
    }
