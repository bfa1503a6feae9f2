"""Who rolls up to whom: the tree from the company down to the reps, checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from planner.findings import Finding
from planner.inputs.reps import Rep

COMPANY = "company"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """The tree of people, the company at its root.

    Parameters
    ----------
    parents
        Person to manager, or to ``company``; everybody of the reps table is in it.
    managers
        Managers by depth, then id; 1 reports to the company.
    depths
        Depth of each manager.
    findings
        What was odd in the table.
    """

    parents: dict[str, str]
    managers: tuple[str, ...]
    depths: dict[str, int]
    findings: tuple[Finding, ...] = ()

    @property
    def depth(self) -> int:
        """Return how many levels of managers there are."""
        return max(self.depths.values(), default=0)

    def seat_parent(self, rep_id: str) -> str:
        """Return whom a rep's own quota rolls up to: a manager with a book rolls up to himself."""
        return rep_id if rep_id in self.depths else self.parents[rep_id]

    def chain(self, rep_id: str) -> tuple[str, ...]:
        """Return the managers above a rep's seat, the one nearest the company first."""
        above = []
        person = self.seat_parent(rep_id)
        while person != COMPANY:
            above.append(person)
            person = self.parents[person]
        return tuple(reversed(above))


def build_hierarchy(reps: Sequence[Rep], carriers: Iterable[str]) -> Hierarchy:
    """Build the tree above the people who carry a quota.

    A manager is a person above a carrier. Whoever has no manager reports to the company.

    Parameters
    ----------
    reps
        The reps table, in any order.
    carriers
        The ids of those who carry a quota of their own.

    Returns
    -------
    The tree; findings of severity ``error`` when it has a loop or an unknown manager, in which
    case those concerned report to the company.
    """
    given = {rep.rep_id: rep.manager_id for rep in sorted(reps, key=lambda rep: rep.rep_id)}
    rows = {rep.rep_id: rep.row for rep in reps}
    findings = [*_unknown(given, rows), *_loops(given, rows)]
    broken = {finding.subject for finding in findings}
    parents = {
        rep_id: COMPANY if manager is None or rep_id in broken else manager
        for rep_id, manager in given.items()
    }
    depths = _manager_depths(parents, sorted(set(carriers)))
    managers = sorted(depths, key=lambda person: (depths[person], person))
    if not findings:
        findings.extend(_roots(parents, depths, set(carriers)))
    return Hierarchy(
        parents=parents, managers=tuple(managers), depths=depths, findings=tuple(findings)
    )


def _manager_depths(parents: Mapping[str, str], carriers: Iterable[str]) -> dict[str, int]:
    """Return the depth of everybody above a carrier."""
    depths: dict[str, int] = {}
    for rep_id in carriers:
        above = _above(parents, rep_id)
        depths.update({person: len(above) - i for i, person in enumerate(above)})
    return depths


def _above(parents: Mapping[str, str], rep_id: str) -> list[str]:
    above = []
    person = parents[rep_id]
    while person != COMPANY:
        above.append(person)
        person = parents[person]
    return above


def _unknown(given: Mapping[str, str | None], rows: Mapping[str, int]) -> list[Finding]:
    return [
        Finding(
            severity="error",
            code="reps.unknown_manager",
            message=f"{rep_id} reports to {manager}, who is not in the reps table.",
            advice=f"Add {manager} with coverage none, or correct manager_id.",
            table="reps",
            row=rows[rep_id],
            column="manager_id",
            value=manager,
            subject=rep_id,
        )
        for rep_id, manager in given.items()
        if manager is not None and manager not in given
    ]


def _loops(given: Mapping[str, str | None], rows: Mapping[str, int]) -> list[Finding]:
    """Return one finding for each person of a loop; each loop is named from its first id."""
    findings: list[Finding] = []
    for loop in _find_loops(given):
        words = " → ".join((*loop, loop[0]))
        findings.extend(
            Finding(
                severity="error",
                code="reps.manager_loop",
                message=f"The managers form a loop: {words}.",
                advice="Give one of them another manager, or none if he reports to the company.",
                table="reps",
                row=rows[rep_id],
                column="manager_id",
                value=given[rep_id],
                subject=rep_id,
            )
            for rep_id in loop
        )
    return findings


def _find_loops(given: Mapping[str, str | None]) -> list[tuple[str, ...]]:
    loops = []
    seen: set[str] = set()
    for start in given:
        path: dict[str, None] = {}
        person: str | None = start
        while person is not None and person in given and person not in seen and person not in path:
            path[person] = None
            person = given[person]
        if person is not None and person in path:
            loop = list(path)[list(path).index(person) :]
            first = loop.index(min(loop))
            loops.append((*loop[first:], *loop[:first]))
        seen.update(path)
    return sorted(loops)


def _roots(
    parents: Mapping[str, str], depths: Mapping[str, int], carriers: set[str]
) -> list[Finding]:
    """Say when several people report to nobody although there are managers."""
    involved = carriers | set(depths)
    roots = [person for person in sorted(involved) if parents[person] == COMPANY]
    if len(roots) < 2 or not depths:
        return []
    plain = all(person in depths for person in roots) and max(depths.values()) == 1
    shown = ", ".join(roots[:5]) + (f" and {len(roots) - 5} more" if len(roots) > 5 else "")
    return [
        Finding(
            severity="info" if plain else "warning",
            code="reps.several_roots",
            message=f"{len(roots)} people report to nobody ({shown}): they are taken as "
            "reporting to the company.",
            advice="Give each a manager_id if there is one head of sales.",
            table="reps",
            column="manager_id",
            count=len(roots),
        )
    ]
