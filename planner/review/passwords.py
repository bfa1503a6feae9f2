"""Passwords: hashed with argon2, checked in the same time whether or not the name is known."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from planner.review.models import Attempt, User
from planner.review.parameters import SignInParameters
from planner.review.refusals import RefusedError, ReviewError
from planner.review.sessions import begin_session
from planner.review.store import Store, now

SHORTEST, LONGEST = 10, 1000
_HASHER = PasswordHasher()


class TooManyAttemptsError(ReviewError):
    """Raised when somebody has to wait before he tries again."""

    status_code = 429
    message = "Too many attempts. Wait a while, then try again."


def handle_of(name: str) -> str:
    """Return the form in which names are compared: case and outer spaces do not count."""
    return name.strip().casefold()


def hash_password(password: str) -> str:
    """Return a password's argon2 hash.

    Raises
    ------
    RefusedError
        When it is shorter than 10 characters, or absurdly long.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise RefusedError(f"A password has {SHORTEST} characters or more.")
    return _HASHER.hash(password)


def sign_in(
    store: Store, name: str, password: str, address: str, parameters: SignInParameters
) -> str:
    """Return the id of a new session.

    Parameters
    ----------
    address
        Where the request comes from; failed attempts count by name and by address.

    Raises
    ------
    TooManyAttemptsError
        When there were too many failed attempts lately.
    RefusedError
        When name or password is wrong, which look alike.
    """
    handle = handle_of(name)[:120]
    subjects = (f"name:{handle}", f"address:{address}")
    with store.write() as session:
        _check_attempts(session, subjects, parameters)
        # Counted before the check: whoever tries many at once gains nothing by it.
        session.add_all(Attempt(subject=subject, at=now()) for subject in subjects)
    with store.read() as session:
        user = session.scalar(sa.select(User).where(User.handle == handle, User.active))
    if not _is_right(user.password_hash if user else None, password) or user is None:
        raise RefusedError("Name or password is wrong.")
    with store.write() as session:
        session.execute(sa.delete(Attempt).where(Attempt.subject == subjects[0]))
        _forgive(session, subjects[1])
        return begin_session(session, user.user_id, "password", parameters)


def _check_attempts(
    session: Session, subjects: tuple[str, str], parameters: SignInParameters
) -> None:
    since = now() - timedelta(minutes=parameters.attempt_minutes)
    session.execute(sa.delete(Attempt).where(Attempt.at < since))
    by_name, by_address = (
        session.scalar(
            sa.select(sa.func.count()).select_from(Attempt).where(Attempt.subject == subject)
        )
        or 0
        for subject in subjects
    )
    # Several people share an address, so it bears more.
    if by_name >= parameters.attempts or by_address >= 5 * parameters.attempts:
        raise TooManyAttemptsError


def _forgive(session: Session, subject: str) -> None:
    """Take the attempt back that turned out to be right."""
    latest = sa.select(sa.func.max(Attempt.attempt_id)).where(Attempt.subject == subject)
    session.execute(sa.delete(Attempt).where(Attempt.attempt_id == latest.scalar_subquery()))


def _is_right(kept: str | None, password: str) -> bool:
    try:
        _HASHER.verify(kept or _nobody(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobody() -> str:
    """Return a hash to check against where there is no user, so that it takes as long."""
    return _HASHER.hash("nobody has this password")
