"""The table that every benchmark prints, a row as soon as it is known."""

from __future__ import annotations

import csv
import time
from dataclasses import dataclass, field
from pathlib import Path

COLUMNS = ("instance", "value", "reference", "gap", "bound", "proven", "seconds", "cpu", "status")
WIDTHS = (34, 16, 16, 9, 16, 9, 9, 9, 12)


@dataclass(slots=True)
class Table:
    """Rows of a benchmark, printed as they come; ``gap`` is to the reference, ``proven`` ours.

    ``cpu`` is the processor time since the row before, the making of the problem included: the
    figure to compare where the machine has other work.
    """

    gaps: list[float] = field(default_factory=list)
    clock: float = field(default_factory=time.process_time)

    def __post_init__(self) -> None:
        print("".join(name.rjust(width) for name, width in zip(COLUMNS, WIDTHS, strict=True)))

    def add(
        self,
        instance: str,
        *,
        value: float | None,
        reference: float | None,
        bound: float | None,
        proven: float | None,
        seconds: float,
        status: str,
    ) -> None:
        """Print one row."""
        gap = None
        if value is not None and reference:
            gap = (value - reference) / abs(reference)
            self.gaps.append(gap)
        spent, self.clock = time.process_time() - self.clock, time.process_time()
        cells = (
            instance,
            _amount(value),
            _amount(reference),
            _share(gap),
            _amount(bound),
            _share(proven),
            f"{seconds:.1f}",
            f"{spent:.1f}",
            status,
        )
        print(
            "".join(cell.rjust(width) for cell, width in zip(cells, WIDTHS, strict=True)),
            flush=True,
        )

    def close(self, title: str) -> None:
        """Print the mean gap to the references."""
        if self.gaps:
            mean, worst = sum(self.gaps) / len(self.gaps), max(self.gaps)
            print(
                f"{title}: mean gap {mean:.4%}, worst {worst:.4%}, {len(self.gaps)} with a value\n"
            )


def read_references(path: Path) -> dict[str, float]:
    """Return the best known value of each instance from a table of the instances' folder."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["instance"]: float(row["best_known"]) for row in rows if row["best_known"]}


def _amount(value: float | None) -> str:
    return "-" if value is None else f"{value:,.4f}".rstrip("0").rstrip(".")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4%}"
