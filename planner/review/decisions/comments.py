"""Comments, anywhere: on a plan, a territory, an account, somebody's quota, or a proposal."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review import decision_models as tables
from planner.review.decisions.proposals import find_proposal
from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import Subject, note, word_moment
from planner.review.refusals import NotAllowedError, NotFoundError, RefusedError, changed
from planner.review.store import Store, now
from planner.review.visibility import COMPANY, Sight, concerned, sight_of

Kind = Literal["plan", "territory", "account", "rep", "proposal"]


def add_comment(
    store: Store,
    opened: OpenPlan,
    person: Person,
    kind: Kind,
    identity: str,
    body: str,
    *,
    for_rep: bool = False,
) -> dict[str, Any]:
    """Keep a comment.

    Parameters
    ----------
    kind, identity
        On what; the plan's own identity is its key.
    for_rep
        Whether the rep concerned may read it once his territory is released; what a rep writes
        always is.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError
        When his role does not comment, he may not see the subject, or there are no words.
    """
    if not person.may("comment"):
        raise NotAllowedError
    words = _check_body(body)
    with store.write() as session:
        subject = _find_subject(session, opened, person, kind, identity)
        row = tables.Comment(
            version_key=opened.key,
            subject_kind=kind,
            subject_id=identity,
            for_rep=for_rep or person.role == "rep",
            body=words,
            author_id=person.user_id,
            author=person.name,
            at=now(),
            revision=1,
        )
        session.add(row)
        note(session, person, "commented", subject, after={"body": words})
        session.flush()
        return describe_comment(row)


def change_comment(
    store: Store,
    opened: OpenPlan,
    person: Person,
    comment_id: int,
    body: str,
    revision: int | None = None,
) -> dict[str, Any]:
    """Change one's own comment.

    Raises
    ------
    NotFoundError, RefusedError
        When it is not his, or there are no words.
    ChangedError
        When it was changed in another window.
    """
    words = _check_body(body)
    with store.write() as session:
        row = _own(session, opened, person, comment_id)
        if revision is not None and revision != row.revision:
            raise changed(row.author, {"body": row.body}, {"body": words}, revision=row.revision)
        before, row.body, row.changed_at = row.body, words, now()
        row.revision += 1
        subject = _find_subject(session, opened, person, row.subject_kind, row.subject_id)
        note(
            session,
            person,
            "changed comment",
            subject,
            before={"body": before},
            after={"body": words},
        )
        session.flush()
        return describe_comment(row)


def remove_comment(store: Store, opened: OpenPlan, person: Person, comment_id: int) -> None:
    """Take one's own comment down; the record keeps that it was there.

    Raises
    ------
    NotFoundError
        When it is not his.
    """
    with store.write() as session:
        row = _own(session, opened, person, comment_id)
        row.removed_at = now()
        row.revision += 1
        subject = _find_subject(session, opened, person, row.subject_kind, row.subject_id)
        note(session, person, "removed comment", subject, before={"body": row.body})


def list_comments(
    store: Store,
    opened: OpenPlan,
    person: Person,
    kind: Kind | None = None,
    identity: str | None = None,
) -> list[dict[str, Any]]:
    """Return the comments that a person may read, the earliest first."""
    table = tables.Comment
    query = (
        sa.select(table)
        .where(table.version_key == opened.key, table.removed_at.is_(None))
        .order_by(table.comment_id)
    )
    if kind is not None:
        query = query.where(table.subject_kind == kind)
    if identity is not None:
        query = query.where(table.subject_id == identity)
    if person.role == "rep":
        query = query.where(sa.or_(table.for_rep, table.author_id == person.user_id))
    with store.read() as session:
        sight = sight_of(opened, person)
        return [
            describe_comment(row)
            for row in session.scalars(query).all()
            if _may_read(session, opened, person, row, sight)
        ]


def _may_read(
    session: Session, opened: OpenPlan, person: Person, row: tables.Comment, sight: Sight
) -> bool:
    try:
        _find_subject(session, opened, person, row.subject_kind, row.subject_id, sight)
    except NotFoundError:
        return False
    return True


def _check_body(body: str) -> str:
    if not body.strip():
        raise RefusedError("There are no words in this comment.")
    return body.strip()


def _own(session: Session, opened: OpenPlan, person: Person, comment_id: int) -> tables.Comment:
    row = session.get(tables.Comment, comment_id, with_for_update=True)
    if (
        row is None
        or row.version_key != opened.key
        or row.author_id != person.user_id
        or row.removed_at is not None
    ):
        raise NotFoundError
    return row


def _find_subject(
    session: Session,
    opened: OpenPlan,
    person: Person,
    kind: str,
    identity: str,
    sight: Sight | None = None,
) -> Subject:
    """Return what a comment is on, with whom it concerns.

    Raises
    ------
    NotFoundError
        When there is no such thing, or this person may not see it.
    """
    seen = sight or sight_of(opened, person)
    territories: tuple[str, ...] = ()
    if kind == "proposal":
        row = find_proposal(session, opened, person, _number(identity))
        territories = tuple(row.territories)
    elif kind == "territory" and identity in seen.territories:
        territories = (identity,)
    elif kind == "account" and seen.sees_account(identity):
        territories = concerned(opened, identity)
    elif kind == "rep" and identity in seen.reps and identity != COMPANY:
        held = zip(opened.plan.seats.rep_ids, opened.plan.territory_ids, strict=True)
        territories = tuple(name for rep, name in held if rep == identity)
    elif not (kind == "plan" and identity == opened.key and person.role != "rep"):
        raise NotFoundError
    return Subject(kind=kind, identity=identity, version=opened.key, territories=territories)


def _number(identity: str) -> int:
    if not (identity.isascii() and identity.isdigit() and len(identity) < 10):
        raise NotFoundError
    return int(identity)


def describe_comment(row: tables.Comment) -> dict[str, Any]:
    """Return a comment as plain values, for pages and JSON."""
    return {
        "comment_id": row.comment_id,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "for_rep": row.for_rep,
        "body": row.body,
        "author": row.author,
        "at": word_moment(row.at),
        "changed_at": word_moment(row.changed_at),
        "revision": row.revision,
    }
