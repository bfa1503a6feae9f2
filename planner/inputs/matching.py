"""Which header of a file is which column of the contract."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.findings import Finding
from planner.inputs.tables import Column, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderMatch:
    """The match of one table's headers.

    Parameters
    ----------
    columns
        Our name to the position of their header.
    findings
        Columns that are missing, named twice or ambiguous.
    """

    columns: dict[str, int]
    findings: tuple[Finding, ...]


def simplify(header: str) -> str:
    """Return a header without case, accents, spaces and punctuation."""
    text = unicodedata.normalize("NFKD", header).casefold()
    return re.sub(r"[\W_]+", "", text, flags=re.UNICODE)


def match_headers(table: Table, headers: Sequence[str], chosen: Mapping[str, str]) -> HeaderMatch:
    """Match a file's headers to the contract.

    Parameters
    ----------
    table
        The contract.
    headers
        As in the file, in order.
    chosen
        The scenario's ``columns``: our name to theirs. These win over aliases.

    Returns
    -------
    The match; a column of the contract that the file lacks is absent from it.
    """
    findings: list[Finding] = []
    positions = _find_chosen(table, headers, chosen, findings)
    free = [index for index in range(len(headers)) if index not in set(positions.values())]
    by_name: dict[str, list[int]] = defaultdict(list)
    for index in free:
        by_name[simplify(headers[index])].append(index)
    _match_names(table, by_name, positions)
    _match_aliases(table, headers, by_name, positions, findings)
    _report_missing(table, headers, positions, findings)
    return HeaderMatch(columns=positions, findings=tuple(findings))


def _find_chosen(
    table: Table, headers: Sequence[str], chosen: Mapping[str, str], findings: list[Finding]
) -> dict[str, int]:
    """Find the headers that the scenario names."""
    positions: dict[str, int] = {}
    simple = [simplify(header) for header in headers]
    for ours, theirs in chosen.items():
        exact = [i for i, header in enumerate(headers) if header.strip() == theirs.strip()]
        found = exact or [i for i, name in enumerate(simple) if name and name == simplify(theirs)]
        findings += _check_name(table, ours)
        if found:
            positions[ours] = found[0]
        else:
            findings.append(_chosen_missing(table, headers, ours, theirs))
    return positions


def _check_name(table: Table, ours: str) -> list[Finding]:
    """Report a chosen name that looks like a misspelt column of the contract."""
    near = difflib.get_close_matches(ours.casefold(), table.names(), n=1, cutoff=0.8)
    if not near or ours in table.names():
        return []
    return [
        Finding(
            severity="warning",
            code=f"{table.name}.unknown_column",
            message=f"[inputs.{table.name}] columns names {ours!r}, which is no column of the "
            f"contract; it is read as a further column.",
            advice=f"Write {near[0]} if that is meant.",
            table=table.name,
            column=ours,
        )
    ]


def _chosen_missing(table: Table, headers: Sequence[str], ours: str, theirs: str) -> Finding:
    near = difflib.get_close_matches(theirs, list(headers), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it has: {', '.join(headers)[:400]}."
    return Finding(
        severity="error",
        code=f"{table.name}.missing_column",
        message=f"The table {table.name} has no column {theirs!r}, which the scenario maps to {ours}.",
        advice=f"Correct [inputs.{table.name}] columns; {hint}",
        table=table.name,
        column=theirs,
    )


def _match_names(table: Table, by_name: dict[str, list[int]], positions: dict[str, int]) -> None:
    """Take headers that are our own names, before any alias is tried."""
    for column in table.columns:
        found = by_name.get(simplify(column.name), [])
        if column.name not in positions and len(found) == 1:
            positions[column.name] = by_name.pop(simplify(column.name))[0]


def _match_aliases(
    table: Table,
    headers: Sequence[str],
    by_name: dict[str, list[int]],
    positions: dict[str, int],
    findings: list[Finding],
) -> None:
    """Take the best known alias that is left; several different ones are a finding."""
    for column in table.columns:
        if column.name in positions:
            continue
        keys = dict.fromkeys(simplify(name) for name in (column.name, *column.aliases))
        found = [index for key in keys for index in by_name.get(key, [])]
        if found:
            positions[column.name] = found[0]
            by_name[simplify(headers[found[0]])].remove(found[0])
        if len(found) > 1:
            findings.append(_ambiguous(table, column, [headers[index] for index in found]))


def _ambiguous(table: Table, column: Column, found: Sequence[str]) -> Finding:
    others = ", ".join(repr(header) for header in found[1:])
    return Finding(
        severity="warning",
        code=f"{table.name}.ambiguous_column",
        message=f"{column.name} of {table.name} is read from {found[0]!r}, but {others} would also do.",
        advice=f"State the right one: [inputs.{table.name}] columns = "
        f'{{ {column.name} = "{found[0]}" }}.',
        table=table.name,
        column=found[0],
    )


def _report_missing(
    table: Table, headers: Sequence[str], positions: dict[str, int], findings: list[Finding]
) -> None:
    """Report each required column that no header matches."""
    reported = {finding.message for finding in findings}
    for name in table.required:
        if name in positions or any(f"maps to {name}." in message for message in reported):
            continue
        near = difflib.get_close_matches(name, list(headers), n=1, cutoff=0.5)
        hint = near[0] if near else "their header"
        findings.append(
            Finding(
                severity="error",
                code=f"{table.name}.missing_column",
                message=f"The table {table.name} has no column for {name}.",
                advice=f'Add [inputs.{table.name}] columns = {{ {name} = "{hint}" }}; the file has: '
                f"{', '.join(headers)[:400]}.",
                table=table.name,
                column=name,
            )
        )
