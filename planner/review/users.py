"""Who may use the application, and as what."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review.models import Link, SignIn, User
from planner.review.passwords import handle_of, hash_password
from planner.review.people import Person
from planner.review.record import Subject, note, word_moment
from planner.review.refusals import NotAllowedError, NotFoundError, RefusedError, changed
from planner.review.roles import NAMED_ROLES
from planner.review.store import Store, now

# Their territories follow from who they are in the reps table.
BOUND_ROLES = frozenset({"manager", "rep"})
LONGEST = 120


def add_user(
    store: Store,
    person: Person | None,
    name: str,
    role: str,
    *,
    rep_id: str | None = None,
    password: str | None = None,
) -> dict[str, Any]:
    """Add a user.

    Parameters
    ----------
    person
        Who adds him; None is the command line.
    rep_id
        Who he is in the plan's reps; managers and reps need it.
    password
        None where he signs in by a one-time link or a trusted proxy.

    Raises
    ------
    NotAllowedError, RefusedError
        When a role may not add users, the name is taken, or something does not fit.
    """
    _check_right(person)
    _check_role(role, rep_id)
    cleaned = _check_name(name)
    hashed = None if password is None else hash_password(password)
    with store.write() as session:
        handle = handle_of(cleaned)
        row = session.scalar(sa.select(User).where(User.handle == handle))
        if row is not None and row.active:
            raise RefusedError(f"There is a user {row.name} already.")
        if row is None:
            row = User(handle=handle, created_at=now(), revision=0)
            session.add(row)
        row.name, row.role, row.rep_id, row.password_hash = cleaned, role, rep_id, hashed
        row.active, row.revision = True, row.revision + 1
        _note(session, person, "added user", row, before={}, after={"role": role, "rep_id": rep_id})
        session.flush()
        return describe_user(row)


def change_role(
    store: Store,
    person: Person | None,
    name: str,
    role: str,
    *,
    rep_id: str | None = None,
    revision: int | None = None,
) -> dict[str, Any]:
    """Give a user another role; his sessions end, so that it holds from now on.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError, ChangedError
        When a role may not change users, there is no such user, something does not fit, or
        somebody was first.
    """
    _check_right(person)
    with store.write() as session:
        row = _find(session, name)
        kept = rep_id if rep_id is not None else row.rep_id
        settled = kept if role in BOUND_ROLES else None
        _check_role(role, settled)
        before = {"role": row.role, "rep_id": row.rep_id}
        after = {"role": role, "rep_id": settled}
        if revision is not None and revision != row.revision:
            raise changed("Somebody", before, after, revision=row.revision)
        row.role, row.rep_id, row.revision = role, settled, row.revision + 1
        revoke_sessions(session, row.user_id)
        _note(session, person, "changed role", row, before=before, after=after)
        session.flush()
        return describe_user(row)


def remove_user(store: Store, person: Person | None, name: str) -> None:
    """Take a user's access away; what he did stays under his name.

    Raises
    ------
    NotAllowedError, NotFoundError, RefusedError
        When a role may not change users, there is no such user, or it would be oneself.
    """
    _check_right(person)
    with store.write() as session:
        row = _find(session, name)
        if person is not None and row.user_id == person.user_id:
            raise RefusedError("Nobody removes himself.")
        row.active, row.password_hash, row.revision = False, None, row.revision + 1
        revoke_sessions(session, row.user_id)
        _note(session, person, "removed user", row, before={"role": row.role}, after={})


def change_password(store: Store, name: str, password: str) -> None:
    """Give a user another password; his sessions end.

    Raises
    ------
    NotFoundError, RefusedError
        When there is no such user, or the password is too short.
    """
    hashed = hash_password(password)
    with store.write() as session:
        row = _find(session, name)
        row.password_hash, row.revision = hashed, row.revision + 1
        revoke_sessions(session, row.user_id)
        _note(session, None, "changed password", row, before={}, after={})


def revoke_sessions(session: Session, user_id: int) -> int:
    """End every session and unused link of a user, and return how many sessions it were."""
    session.execute(
        sa.update(Link).where(Link.user_id == user_id, Link.used_at.is_(None)).values(used_at=now())
    )
    ended = session.execute(
        sa.update(SignIn)
        .where(SignIn.user_id == user_id, SignIn.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    return int(ended.rowcount)  # type: ignore[attr-defined] # an update's result counts its rows


def end_sessions(store: Store, person: Person | None, name: str) -> int:
    """End every session of a user, and return how many it were.

    Raises
    ------
    NotAllowedError, NotFoundError
        When a role may not change users, or there is no such user.
    """
    _check_right(person)
    with store.write() as session:
        row = _find(session, name)
        count = revoke_sessions(session, row.user_id)
        _note(session, person, "revoked sessions", row, before={}, after={"sessions": count})
        return count


def list_users(store: Store, person: Person | None = None) -> list[dict[str, Any]]:
    """Return the users who have access, by name; the owner is not one of them.

    Raises
    ------
    NotAllowedError
        When a role may not see users.
    """
    _check_right(person)
    query = sa.select(User).where(User.active, User.role != "owner").order_by(User.handle)
    with store.read() as session:
        return [describe_user(row) for row in session.scalars(query)]


def find_user(store: Store, name: str) -> int:
    """Return the id of a user who has access.

    Raises
    ------
    NotFoundError
        When there is none of that name.
    """
    with store.read() as session:
        return _find(session, name).user_id


def _find(session: Session, name: str) -> User:
    row = session.scalar(
        sa.select(User).where(
            User.handle == handle_of(name)[:LONGEST], User.active, User.role != "owner"
        )
    )
    if row is None:
        raise NotFoundError(f"There is no user {name[:LONGEST]!r}.")
    return row


def _check_right(person: Person | None) -> None:
    if person is not None and not person.may("administer"):
        raise NotAllowedError


def _check_role(role: str, rep_id: str | None) -> None:
    if role not in NAMED_ROLES:
        raise RefusedError(f"There is no role {role[:40]!r}; there are {', '.join(NAMED_ROLES)}.")
    if role in BOUND_ROLES and not rep_id:
        raise RefusedError(f"A {role} needs his rep_id: who he is in the reps table.")
    if role not in BOUND_ROLES and rep_id:
        raise RefusedError(f"Only managers and reps have a rep_id; {role} sees by role.")


def _check_name(name: str) -> str:
    cleaned = name.strip()
    if not cleaned or len(cleaned) > LONGEST or not cleaned.isprintable():
        raise RefusedError(f"A name has 1 to {LONGEST} letters that can be printed.")
    if handle_of(cleaned) == "owner":
        raise RefusedError("The name owner stands for whoever starts the application.")
    return cleaned


def _note(
    session: Session,
    person: Person | None,
    what: str,
    row: User,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    subject = Subject(kind="user", identity=row.name)
    note(session, person, what, subject, before=before, after=after)


def describe_user(row: User) -> dict[str, Any]:
    """Return a user as plain values; nothing of his password."""
    return {
        "name": row.name,
        "role": row.role,
        "rep_id": row.rep_id,
        "password": row.password_hash is not None,
        "created_at": word_moment(row.created_at),
        "revision": row.revision,
    }
