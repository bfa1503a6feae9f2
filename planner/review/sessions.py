"""Sessions and one-time links: the cookie holds an id, everything else is in the store."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.review.models import Link, SignIn, User
from planner.review.parameters import SignInParameters
from planner.review.people import Person
from planner.review.store import Store, insert_missing, now

OWNER = "owner"
LINK_HOURS = 12
SEEN_EVERY = timedelta(minutes=1)


def digest(token: str) -> str:
    """Return what the store keeps of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def ensure_owner(store: Store) -> int:
    """Return the owner's id in the store; he is added when the store is new."""
    with store.write() as session:
        owner = session.scalar(sa.select(User).where(User.role == OWNER))
        if owner is None:
            owner = User(name=OWNER, handle=OWNER, role=OWNER, active=True, created_at=now())
            session.add(owner)
            session.flush()
        return owner.user_id


def make_link(store: Store, user_id: int) -> str:
    """Return the token of a new one-time link for a user."""
    token = secrets.token_urlsafe(32)
    with store.write() as session:
        expires = now() + timedelta(hours=LINK_HOURS)
        session.add(Link(digest=digest(token), user_id=user_id, expires_at=expires))
    return token


def use_link(store: Store, token: str, parameters: SignInParameters) -> str | None:
    """Return the id of a new session for a link's token; None where it is used, old or unknown."""
    with store.write() as session:
        taken = session.execute(
            sa.update(Link)
            .where(Link.digest == digest(token), Link.used_at.is_(None), Link.expires_at > now())
            .values(used_at=now())
            .returning(Link.user_id)
        ).scalar()
        if taken is None:
            return None
        return begin_session(session, taken, "link", parameters)


def begin_session(session: Session, user_id: int, how: str, parameters: SignInParameters) -> str:
    """Return the id of a new session, as it goes into the cookie."""
    token, moment = secrets.token_urlsafe(32), now()
    session.add(
        SignIn(
            digest=digest(token),
            user_id=user_id,
            csrf=secrets.token_urlsafe(32),
            how=how,
            created_at=moment,
            seen_at=moment,
            expires_at=moment + timedelta(hours=parameters.session_hours),
        )
    )
    return token


def find_person(store: Store, token: str, parameters: SignInParameters) -> Person | None:
    """Return who holds a session; None where it is unknown, over or revoked."""
    if not token.isascii() or len(token) > 100:
        return None
    moment = now()
    idle = moment - timedelta(minutes=parameters.idle_minutes)
    query = (
        sa.select(SignIn, User)
        .join(User, User.user_id == SignIn.user_id)
        .where(
            SignIn.digest == digest(token),
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > moment,
            SignIn.seen_at > idle,
            User.active,
        )
    )
    with store.read() as session:
        found = session.execute(query).first()
    if found is None:
        return None
    signed_in, user = found
    if moment - signed_in.seen_at > SEEN_EVERY:
        _touch(store, signed_in.digest)
    return describe_person(user, signed_in)


def _touch(store: Store, key: str) -> None:
    with store.write() as session:
        session.execute(sa.update(SignIn).where(SignIn.digest == key).values(seen_at=now()))


def describe_person(user: User, signed_in: SignIn) -> Person:
    """Return the person behind a session."""
    return Person(
        user_id=user.user_id,
        name=user.name,
        role=user.role,  # type: ignore[arg-type] # the store keeps roles alone
        rep_id=user.rep_id,
        csrf=signed_in.csrf,
        session=signed_in.digest,
    )


def find_by_identity(store: Store, name: str) -> Person | None:
    """Return the user whom a trusted proxy names; None where there is none of that name.

    His session's key is no digest, so that no cookie can ever open it.
    """
    query = sa.select(User).where(
        User.handle == name.strip().casefold(), User.active, User.role != OWNER
    )
    with store.read() as session:
        user = session.scalar(query)
        if user is None:
            return None
        kept = session.get(SignIn, f"proxy-{user.user_id}")
    return describe_person(user, kept or _keep_identity(store, user))


def _keep_identity(store: Store, user: User) -> SignIn:
    moment, key = now(), f"proxy-{user.user_id}"
    values = {
        "digest": key,
        "user_id": user.user_id,
        "csrf": secrets.token_urlsafe(32),
        "how": "proxy",
        "created_at": moment,
        "seen_at": moment,
        "expires_at": moment,
    }
    with store.write() as session:
        insert_missing(session, SignIn, values)
        return session.get_one(SignIn, key)


def end_session(store: Store, key: str) -> None:
    """Revoke one session by its digest."""
    with store.write() as session:
        session.execute(
            sa.update(SignIn)
            .where(SignIn.digest == key, SignIn.revoked_at.is_(None))
            .values(revoked_at=now())
        )
