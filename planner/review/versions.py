"""Versions of plans: a folder that never changes, its stage, and what it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.errors import StoreError
from planner.outputs.naming import slug
from planner.outputs.plan import Plan
from planner.review import decision_models as tables
from planner.review.people import Person
from planner.review.plans import PlanRegistry, free_key, open_plan
from planner.review.record import Subject, note, word_moment
from planner.review.refusals import NotFoundError, changed
from planner.review.store import Store, now

Stage = Literal["draft", "review", "published"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """A version as it stands.

    Parameters
    ----------
    key
        Its name in addresses.
    lineage, number
        Versions that were re-planned from one another, counted from 1.
    stage
        ``draft``, ``review`` or ``published``; who approved is told apart.
    includes
        What went into it: ids of ``holds``, and ``overrides`` (minor units) by rep_id.
    base_scenario
        The scenario without them.
    """

    key: str
    lineage: str
    number: int
    name: str
    folder: Path
    fingerprint: str
    parent: str | None
    stage: Stage
    includes: dict[str, Any]
    base_scenario: dict[str, Any]
    created_at: datetime
    created_by: str
    published_at: datetime | None
    revision: int

    def as_dict(self) -> dict[str, Any]:
        """Return the version as plain values, for JSON."""
        return {
            "key": self.key,
            "lineage": self.lineage,
            "number": self.number,
            "name": self.name,
            "parent": self.parent,
            "stage": self.stage,
            "created_at": word_moment(self.created_at),
            "created_by": self.created_by,
            "published_at": word_moment(self.published_at),
            "revision": self.revision,
        }


def fingerprint(folder: Path) -> str:
    """Return a digest that changes with anything in a plan's state.

    Raises
    ------
    StoreError
        When the folder's list of files cannot be read.
    """
    try:
        return hashlib.sha256((folder / "state" / "manifest.json").read_bytes()).hexdigest()
    except OSError as error:
        message = (
            f"{folder / 'state'} is damaged: its list of files cannot be read ({error.strerror})"
        )
        raise StoreError(message) from error


def register(store: Store, folder: Path, plan: Plan) -> str:
    """Return the key of a plan's folder; one that the store does not know becomes a draft.

    A folder in which another plan stands than before is another version: decisions on the
    earlier one stay with it.
    """
    place, mark = str(folder.resolve()), fingerprint(folder)
    with store.write() as session:
        known = session.scalar(
            sa.select(tables.Version.version_key)
            .where(tables.Version.folder == place, tables.Version.fingerprint == mark)
            .limit(1)
        )
        if known is not None:
            return known
        key = unused_key(session, slug(folder.resolve().name))
        row = _row(key, plan, place, mark)
        _follow(session, row)
        session.add(row)
        note(session, None, "opened plan", Subject(kind="plan", identity=key, version=key))
        return key


def _follow(session: Session, row: tables.Version) -> None:
    """Give a version the next number of those that stood in its folder before."""
    before = session.scalar(
        sa.select(tables.Version)
        .where(tables.Version.folder == row.folder)
        .order_by(tables.Version.number.desc())
        .limit(1)
    )
    if before is not None:
        row.lineage, row.parent_key = before.lineage, before.version_key
        row.number = next_number(session, before.lineage)


def next_number(session: Session, lineage: str) -> int:
    """Return the number of a lineage's next version."""
    highest = sa.select(sa.func.max(tables.Version.number)).where(tables.Version.lineage == lineage)
    return (session.scalar(highest) or 0) + 1


def open_versions(store: Store, folders: Sequence[Path]) -> PlanRegistry:
    """Read plans, and find the versions that were re-planned from them.

    Raises
    ------
    ScenarioError
        When a folder is no plan's.
    StoreError
        When one is damaged.
    """
    plans, lineages = PlanRegistry(), []
    for folder in folders:
        read = open_plan("", folder.resolve())
        key = register(store, folder, read.plan)
        plans.keep(replace(read, key=key))
        lineages.append(read_version(store, key).lineage)
    for lineage in lineages:
        for version in list_versions(store, lineage):
            if version.key not in plans and stands(version):
                plans.add(version.key, version.folder)
    return plans


def find_new_version(store: Store, plans: PlanRegistry, key: str) -> None:
    """Take in a version that another server of the same store has made.

    Raises
    ------
    NotFoundError
        When there is none, or its folder is not what was registered.
    """
    version = read_version(store, key)
    lineages = {read_version(store, known).lineage for known in plans.keys}
    if version.lineage not in lineages or not stands(version):
        raise NotFoundError
    plans.add(key, version.folder)


def may_open(person: Person, version: VersionView) -> bool:
    """Return whether a version is for a person at all: drafts are for those who make them."""
    if person.role == "rep":
        return bool(person.released.get(version.key))
    return version.stage != "draft" or person.role in {"owner", "operations", "finance"}


def stands(version: VersionView) -> bool:
    """Return whether a version's folder is still what was registered."""
    try:
        return fingerprint(version.folder) == version.fingerprint
    except StoreError:
        return False


def unused_key(session: Session, base: str) -> str:
    """Return a version's key that no other version has."""
    return free_key(base, session.scalars(sa.select(tables.Version.version_key)).all())


def _row(key: str, plan: Plan, place: str, mark: str) -> tables.Version:
    return tables.Version(
        version_key=key,
        lineage=key,
        number=1,
        name=plan.provenance.name,
        folder=place,
        fingerprint=mark,
        stage="draft",
        includes={"holds": [], "overrides": {}},
        base_scenario=plan.provenance.scenario,
        created_at=now(),
        created_by="planner",
    )


def add_child(
    session: Session,
    parent: VersionView,
    key: str,
    folder: Path,
    who: str,
    includes: dict[str, Any],
) -> tables.Version:
    """Add the version that a re-plan made."""
    row = tables.Version(
        version_key=key,
        lineage=parent.lineage,
        number=next_number(session, parent.lineage),
        name=parent.name,
        folder=str(folder.resolve()),
        fingerprint=fingerprint(folder),
        parent_key=parent.key,
        stage="review" if parent.stage == "review" else "draft",
        includes=includes,
        base_scenario=parent.base_scenario,
        created_at=now(),
        created_by=who,
    )
    session.add(row)
    return row


def describe(row: tables.Version) -> VersionView:
    """Return a version as it stands."""
    return VersionView(
        key=row.version_key,
        lineage=row.lineage,
        number=row.number,
        name=row.name,
        folder=Path(row.folder),
        fingerprint=row.fingerprint,
        parent=row.parent_key,
        stage=row.stage,  # type: ignore[arg-type] # the store keeps stages alone
        includes=row.includes,
        base_scenario=row.base_scenario,
        created_at=row.created_at,
        created_by=row.created_by,
        published_at=row.published_at,
        revision=row.revision,
    )


def list_versions(store: Store, lineage: str | None = None) -> list[VersionView]:
    """Return the versions, by lineage and number."""
    query = sa.select(tables.Version).order_by(tables.Version.lineage, tables.Version.number)
    if lineage is not None:
        query = query.where(tables.Version.lineage == lineage)
    with store.read() as session:
        return [describe(row) for row in session.scalars(query)]


def read_version(store: Store, key: str) -> VersionView:
    """Return one version.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    with store.read() as session:
        row = session.get(tables.Version, key)
        if row is None:
            raise NotFoundError
        return describe(row)


def lock_version(session: Session, key: str, revision: int | None = None) -> tables.Version:
    """Return a version's row, for this transaction alone.

    Raises
    ------
    NotFoundError
        When there is none.
    ChangedError
        When it is not as whoever asks has seen it.
    """
    row = session.get(tables.Version, key, with_for_update=True)
    if row is None:
        raise NotFoundError
    if revision is not None and row.revision != revision:
        raise changed(
            "Somebody", {"stage": row.stage}, {"stage": "as you saw it"}, revision=row.revision
        )
    return row
