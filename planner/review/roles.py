"""What each role may do; who may see what stands in :mod:`planner.review.visibility`."""

from __future__ import annotations

from typing import Literal, get_args

Role = Literal["owner", "operations", "finance", "manager", "rep", "read-only"]
Action = Literal[
    "propose",
    "answer",
    "approve_territory",
    "approve_plan",
    "override",
    "decide",
    "replan",
    "publish",
    "release",
    "administer",
    "audit",
    "comment",
    "respond",
    "export",
]
ROLES: tuple[Role, ...] = get_args(Role)
# The owner is whoever started the application on his own machine; nobody is given that role.
NAMED_ROLES: tuple[Role, ...] = ROLES[1:]
# These see the whole plan; a manager sees his subtree, a rep what was released to him.
WIDE_ROLES: frozenset[Role] = frozenset({"owner", "operations", "finance", "read-only"})

_EVERY: frozenset[Action] = frozenset(get_args(Action))
_ALLOWED: dict[Role, frozenset[Action]] = {
    "owner": _EVERY - {"respond"},
    "operations": frozenset(
        {
            *("propose", "answer", "decide", "replan", "publish", "release"),
            *("administer", "audit", "comment", "export"),
        }
    ),
    "finance": frozenset({"approve_plan", "override", "audit", "comment", "export"}),
    "manager": frozenset({"propose", "answer", "approve_territory", "comment", "export"}),
    "rep": frozenset({"respond", "comment", "export"}),
    "read-only": frozenset({"export"}),
}


def may(role: Role, action: Action) -> bool:
    """Return whether a role may do something at all; on what is another question."""
    return action in _ALLOWED[role]
