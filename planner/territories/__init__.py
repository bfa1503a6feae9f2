"""The alignment engine: control units to territories, several measures balanced, with a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.territories.alignment import Alignment, AlignmentResult
    from planner.territories.engine import align
    from planner.territories.problem import AlignmentProblem

__all__ = ["Alignment", "AlignmentProblem", "AlignmentResult", "align"]

_HOMES = {
    "Alignment": "alignment",
    "AlignmentProblem": "problem",
    "AlignmentResult": "alignment",
    "align": "engine",
}


def __getattr__(name: str) -> Any:
    """Import the public names when they are first asked for: the engine is heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
