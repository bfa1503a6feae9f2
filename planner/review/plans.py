"""The plans that are under review, each read once from its folder."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from planner.outputs.folder import load_plan
from planner.outputs.naming import slug
from planner.outputs.plan import Plan
from planner.pipeline.preparation import Company
from planner.pipeline.what_if.bench import Bench, prepare_bench
from planner.review.memory import give_back_memory

# A plan of 100,000 accounts takes some 150 MB; older versions are read again when asked for.
PLANS_KEPT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPlan:
    """One version of a plan, in memory.

    Parameters
    ----------
    key
        Its name in addresses and in the store.
    folder
        Where it was read from.
    plan
        As read from its folder, without the events that nothing here asks for again.
    company
        As the engine met it when the plan was made.
    bench
        The same, ready to be asked what moves would do.
    position_of_account
        Position of each account in the per-account arrays, by account_id.
    position_of_territory
        Position of each territory in the per-territory arrays, by territory_id.
    """

    key: str
    folder: Path
    plan: Plan
    company: Company
    bench: Bench
    position_of_account: dict[str, int]
    position_of_territory: dict[str, int]

    def name_of(self, account_id: str) -> str:
        """Return an account's name, its id where it has none."""
        at = self.position_of_account.get(account_id)
        name = None if at is None else self.plan.data.accounts["name"].iloc[at]
        return name if isinstance(name, str) and name else account_id


def open_plan(key: str, folder: Path) -> OpenPlan:
    """Read a plan's folder.

    Raises
    ------
    ScenarioError
        When there is no plan's folder.
    StoreError
        When it is damaged.
    """
    plan = load_plan(folder)
    accounts = plan.data.accounts["account_id"].tolist()
    positions = {str(account): at for at, account in enumerate(accounts)}
    bench = lighten_bench(prepare_bench(plan, account_at=positions))
    return OpenPlan(
        key=key,
        folder=folder,
        plan=bench.plan,
        company=bench.company,
        bench=bench,
        position_of_account=positions,
        position_of_territory={name: at for at, name in enumerate(plan.territory_ids)},
    )


def lighten_bench(bench: Bench) -> Bench:
    """Let go of what was summed by now: at 100,000 accounts, events are a third of a plan."""
    data = replace(bench.plan.data, history=None, opportunities=None, activities=None)
    potential = replace(bench.plan.potential, drivers={})
    return replace(
        bench,
        plan=replace(bench.plan, data=data, potential=potential),
        company=replace(bench.company, data=data, potential=potential),
    )


@dataclass(slots=True)
class PlanRegistry:
    """The plans by key; each is read when it is first asked for, the latest few are kept.

    Parameters
    ----------
    folders
        Where each plan is, by key, in the order in which they are shown.
    """

    folders: dict[str, Path] = field(default_factory=dict)
    _opened: OrderedDict[str, OpenPlan] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _reading: dict[str, Lock] = field(default_factory=dict)

    def add(self, key: str, folder: Path) -> None:
        """Take in a plan's folder; it is read when it is asked for."""
        with self._lock:
            self.folders[key] = folder
            self._reading.setdefault(key, Lock())

    def keep(self, opened: OpenPlan) -> None:
        """Take in a plan that was read already."""
        self.add(opened.key, opened.folder)
        with self._lock:
            self._opened[opened.key] = opened
            self._opened.move_to_end(opened.key)
            while len(self._opened) > PLANS_KEPT:
                self._opened.popitem(last=False)

    @property
    def keys(self) -> tuple[str, ...]:
        """Return every plan's key, in the order in which they are shown."""
        return tuple(self.folders)

    def peek(self, key: str) -> OpenPlan | None:
        """Return a plan that is in memory, None where it would have to be read."""
        with self._lock:
            return self._opened.get(key)

    def __contains__(self, key: object) -> bool:
        """Return whether there is a plan of that key."""
        return key in self.folders

    def get(self, key: str) -> OpenPlan:
        """Return a plan, read now if need be.

        Raises
        ------
        KeyError
            When there is no plan of that key.
        """
        folder = self.folders[key]
        with self._reading[key]:
            with self._lock:
                found = self._opened.get(key)
                if found is not None:
                    self._opened.move_to_end(key)
                    return found
            read = open_plan(key, folder)
            give_back_memory()
            self.keep(read)
            return read


def free_key(name: str, taken: Iterable[str]) -> str:
    """Return a short name for addresses that no other plan has."""
    base, others = slug(name), set(taken)
    key, number = base, 1
    while key in others:
        number += 1
        key = f"{base}-{number}"
    return key
