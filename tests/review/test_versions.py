"""Versions: found again by their folder, numbered when another plan stands in it."""

from __future__ import annotations

import shutil
from pathlib import Path

from planner.review.people import Person
from planner.review.plans import OpenPlan
from planner.review.record import read_record
from planner.review.store import Store
from planner.review.versions import (
    add_child,
    list_versions,
    lock_version,
    open_versions,
    read_version,
    register,
    stands,
)


def copy_of(plan: OpenPlan, folder: Path, name: str) -> Path:
    return Path(shutil.copytree(plan.folder, folder / name))


def test_a_folder_is_one_version_however_often_it_is_opened(
    store: Store, managed_plan: OpenPlan, tmp_path: Path
) -> None:
    """Opening twice changes nothing; two folders of one name have keys of their own."""
    first = copy_of(managed_plan, tmp_path / "a", "North & South")
    second = copy_of(managed_plan, tmp_path / "b", "North & South")
    keys = [register(store, folder, managed_plan.plan) for folder in (first, first, second)]
    assert keys == ["north-south", "north-south", "north-south-2"]
    owner = Person(user_id=0, name="owner", role="owner")
    steps = read_record(store, owner, None, frozenset())
    assert [step["what"] for step in steps] == ["opened plan", "opened plan"]


def test_another_plan_in_the_folder_is_the_next_version(
    store: Store, managed_plan: OpenPlan, tmp_path: Path
) -> None:
    """A folder that was planned again belongs to the same line, and the old is not shown as it."""
    folder = copy_of(managed_plan, tmp_path, "baseline")
    old = register(store, folder, managed_plan.plan)
    manifest = folder / "state" / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="ascii") + "\n", encoding="ascii")
    new = register(store, folder, managed_plan.plan)
    version = read_version(store, new)
    assert (version.lineage, version.number, version.parent) == (old, 2, old)
    assert stands(version)
    assert not stands(read_version(store, old))


def test_a_restart_finds_what_was_re_planned(
    store: Store, managed_plan: OpenPlan, tmp_path: Path
) -> None:
    """Versions beside the plan come back with it; one whose folder is gone does not."""
    folder = copy_of(managed_plan, tmp_path, "baseline")
    key = register(store, folder, managed_plan.plan)
    parent = read_version(store, key)
    for name in ("baseline-v2", "baseline-v3"):
        child = copy_of(managed_plan, tmp_path, name)
        with store.write() as session:
            lock_version(session, key)
            add_child(session, parent, name, child, "ops", parent.includes)
    shutil.rmtree(tmp_path / "baseline-v3")
    assert [version.number for version in list_versions(store, key)] == [1, 2, 3]
    plans = open_versions(store, [folder])
    assert plans.keys == (key, "baseline-v2")
    assert plans.get("baseline-v2").key == "baseline-v2"
