"""Who is asking: the person behind a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.review.roles import Action, Role, may


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A user who has signed in.

    Parameters
    ----------
    user_id
        In the store.
    name
        As he signs in, and as the record names him.
    role
        What he may do.
    rep_id
        Who he is in the plan's reps: a manager's own row (his subtree follows from it), a rep's
        own; None for the others.
    csrf
        What his forms and requests must carry to change anything.
    session
        Digest of his session's id.
    released
        What was released to a rep: territories by the plan's key.
    """

    user_id: int
    name: str
    role: Role
    rep_id: str | None = None
    csrf: str = ""
    session: str = ""
    released: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def may(self, action: Action) -> bool:
        """Return whether his role may do something at all."""
        return may(self.role, action)
