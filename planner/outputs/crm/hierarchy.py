"""The territories of a plan as a tree: seats below the teams of their managers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from planner.inputs.reps import Rep
from planner.outputs.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A seat, or the team of a manager.

    Parameters
    ----------
    key
        The territory's id, or the manager's for a team.
    label
        What people call it.
    holder
        Whose it is, empty where nobody holds the seat.
    team
        Whether it is a manager's team.
    parent
        Position of the team above it, -1 at the top.
    depth
        0 at the top.
    """

    key: str
    label: str
    holder: str
    team: bool
    parent: int
    depth: int


def plan_tree(plan: Plan) -> tuple[Node, ...]:
    """Return every team and seat, parents before children and otherwise by id."""
    reps = {rep.rep_id: rep for rep in plan.data.reps}
    profiles = plan.seats.profile_ids or plan.seats.rep_ids
    chains = {
        seat: _managers(reps, profile)
        for seat, profile in zip(plan.territory_ids, profiles, strict=True)
    }
    bosses = sorted({boss for chain in chains.values() for boss in chain})
    depth_of = {boss: len(_managers(reps, boss)) for boss in bosses}
    nodes: list[Node] = []
    place: dict[str, int] = {}
    for boss, depth in sorted(depth_of.items(), key=lambda item: item[1]):
        above = _managers(reps, boss)
        place[boss] = len(nodes)
        nodes.append(
            Node(
                key=boss,
                label=f"Team of {reps[boss].name}",
                holder=boss,
                team=True,
                parent=place.get(above[0], -1) if above else -1,
                depth=depth,
            )
        )
    for seat, holder in zip(plan.territory_ids, plan.seats.rep_ids, strict=True):
        nearest = next(iter(chains[seat]), None)
        nodes.append(
            Node(
                key=seat,
                label=_seat_label(seat, reps.get(holder)),
                holder=holder,
                team=False,
                parent=-1 if nearest is None else place[nearest],
                depth=len(chains[seat]),
            )
        )
    return tuple(_sort_by_depth(nodes))


def _sort_by_depth(nodes: list[Node]) -> list[Node]:
    """Return nodes with parents first, their positions brought up to date."""
    order = sorted(range(len(nodes)), key=lambda at: (nodes[at].depth, not nodes[at].team, at))
    now = {old: new for new, old in enumerate(order)} | {-1: -1}
    return [replace(nodes[at], parent=now[nodes[at].parent]) for at in order]


def _managers(reps: dict[str, Rep], rep_id: str) -> list[str]:
    """Return a rep's managers, the nearest first; a loop ends where it closes."""
    chain: list[str] = []
    boss: str | None = reps[rep_id].manager_id if rep_id in reps else None
    while boss is not None and boss in reps and boss not in chain and boss != rep_id:
        chain.append(boss)
        boss = reps[boss].manager_id
    return chain


def _seat_label(seat: str, holder: Rep | None) -> str:
    return holder.name if holder is not None and holder.rep_id == seat else seat
