"""Top-down beside bottom-up: what was set, and what the people below would submit."""

from __future__ import annotations

from dataclasses import dataclass

from planner.quotas.hierarchy import COMPANY
from planner.quotas.result import Level, QuotaSheet


@dataclass(frozen=True, slots=True, kw_only=True)
class TopDown:
    """One person's figures side by side, over the plan and all direct components.

    Parameters
    ----------
    level, rep_id
        Who; a manager's and the company's are the sums of their reps.
    set_quota
        What the reps below owe as it was set, minor units.
    submitted
        What they submitted, else their books' potential, minor units.
    """

    level: Level
    rep_id: str
    set_quota: int
    submitted: int

    @property
    def difference(self) -> int:
        """Return what was set less what was submitted, minor units."""
        return self.set_quota - self.submitted


def compare_bottom_up(sheet: QuotaSheet) -> tuple[TopDown, ...]:
    """Compare what was set with what comes from below: company first, then managers, then reps.

    Parameters
    ----------
    sheet
        The quotas as set.
    """
    owed = sheet.by_person("rep")
    submitted = _submitted(sheet)
    above = _chains(sheet)
    sums: dict[tuple[Level, str], tuple[int, int]] = {}
    for rep_id in sorted(submitted):
        keys: list[tuple[Level, str]] = [("company", COMPANY), ("rep", rep_id)]
        keys += [("manager", manager) for manager in above.get(rep_id, ())]
        for key in keys:
            mine, theirs = sums.get(key, (0, 0))
            sums[key] = (mine + owed.get(rep_id, 0), theirs + submitted[rep_id])
    order = {"company": 0, "manager": 1, "rep": 2}
    return tuple(
        TopDown(level=level, rep_id=rep_id, set_quota=mine, submitted=theirs)
        for (level, rep_id), (mine, theirs) in sorted(
            sums.items(), key=lambda item: (order[item[0][0]], item[0][1])
        )
    )


def _submitted(sheet: QuotaSheet) -> dict[str, int]:
    """Return each rep's figure once, whatever the number of components he carries."""
    found: dict[str, int] = {}
    for derived in sheet.derivations:
        if derived.component not in sheet.beside and derived.bottom_up is not None:
            found.setdefault(derived.rep_id, derived.bottom_up)
    return found


def _chains(sheet: QuotaSheet) -> dict[str, tuple[str, ...]]:
    parents = {(line.rep_id, line.level): line.parent_id for line in sheet.lines}
    chains = {}
    for (rep_id, level), parent in parents.items():
        above = []
        person = parent if level == "rep" else None
        while person is not None and person != COMPANY:
            above.append(person)
            person = parents.get((person, "manager"))
        if level == "rep":
            chains[rep_id] = tuple(above)
    return chains
