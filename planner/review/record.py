"""The append-only record: who did what, when and why, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from planner.outputs.csv_files import quote_formula
from planner.review.decision_models import Record
from planner.review.people import Person
from planner.review.store import Store, now

PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a step concerns.

    Parameters
    ----------
    kind, identity
        Such as ``proposal`` and its number.
    version
        Key of the plan's version, None for what is of no plan.
    territories
        Whom it concerns; empty is the whole plan.
    """

    kind: str
    identity: str
    version: str | None = None
    territories: tuple[str, ...] = ()


def note(
    session: Session,
    person: Person | None,
    what: str,
    subject: Subject,
    *,
    why: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add one step to the record, in the same transaction as the step itself.

    Parameters
    ----------
    person
        Who took it; None where the application did, or the command line.
    what
        A verb and its object, such as ``accepted proposal``.
    why
        The reason that was given.
    before, after
        What stood and what stands now.
    """
    session.add(
        Record(
            at=now(),
            user_id=person.user_id if person else None,
            who=person.name if person else "planner",
            role=person.role if person else "",
            what=what,
            version_key=subject.version,
            subject_kind=subject.kind,
            subject_id=subject.identity,
            territories=sorted(subject.territories),
            why=why,
            before=dict(before or {}),
            after=dict(after or {}),
        )
    )


def read_record(
    store: Store,
    person: Person,
    version: str | None,
    territories: frozenset[str],
    *,
    before: int | None = None,
    limit: int | None = PAGE,
) -> list[dict[str, Any]]:
    """Return the steps that a person may see, the latest first.

    Parameters
    ----------
    person
        Who asks: without the right to audit he sees his own steps and those on his territories.
    version
        Only of that version; None is all of them.
    territories
        Those that he may see.
    before
        Only steps with a smaller number.
    limit
        At most so many; None is all.
    """
    query = sa.select(Record).order_by(Record.record_id.desc())
    if version is not None:
        query = query.where(Record.version_key == version)
    if before is not None:
        query = query.where(Record.record_id < before)
    found: list[dict[str, Any]] = []
    with store.read() as session:
        for row in session.scalars(query.execution_options(yield_per=500)):
            if _may_see(row, person, territories):
                found.append(describe_step(row))
            if limit is not None and len(found) >= limit:
                break
    return found


def _may_see(row: Record, person: Person, territories: frozenset[str]) -> bool:
    if person.may("audit") or row.user_id == person.user_id:
        return True
    concerned = set(row.territories)
    if person.role == "rep":
        return row.subject_kind == "release" and bool(concerned) and concerned <= territories
    return bool(concerned & territories)


def describe_step(row: Record) -> dict[str, Any]:
    """Return one step as plain values, for pages and JSON."""
    return {
        "record_id": row.record_id,
        "at": word_moment(row.at),
        "who": row.who,
        "role": row.role,
        "what": row.what,
        "version": row.version_key,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "territories": row.territories,
        "why": row.why,
        "before": row.before,
        "after": row.after,
    }


def word_moment(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC, to the millisecond."""
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def write_record_csv(steps: Iterable[Mapping[str, Any]]) -> str:
    """Return steps as CSV for people; no cell of it runs as a formula."""
    import csv
    import io
    import json

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for step in steps:
        cells = (step[column] for column in COLUMNS)
        writer.writerow(
            [
                quote_formula(
                    json.dumps(cell, ensure_ascii=False, sort_keys=True)
                    if isinstance(cell, dict | list)
                    else str("" if cell is None else cell)
                )
                for cell in cells
            ]
        )
    return stream.getvalue()


COLUMNS = (
    *("record_id", "at", "who", "role", "what", "version", "subject_kind", "subject_id"),
    *("territories", "why", "before", "after"),
)
