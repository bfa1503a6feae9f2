"""Plans without the report's drawings, which are most of what a tiny plan takes to make.

What they look like is tested where drawings are the subject: charts, reports, the demo company's plan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

REPORT = ("balance_chart", "moves_chart", "quota_chart", "season_chart", "outcome_chart")
STANDING = ("productivity_chart", "stages_chart", "ramp_chart")


def leave_out_drawings(replace: Callable[[Any, str, Any], None] = setattr) -> None:
    """Let reports hold an empty drawing for each.

    Parameters
    ----------
    replace
        Sets an attribute: ``monkeypatch.setattr``, or for a whole process ``setattr``.
    """
    from planner.outputs import report, standing_page

    for module, names in ((report, REPORT), (standing_page, STANDING)):
        for name in names:
            replace(module, name, draw_nothing)


def draw_nothing(*_what: Any) -> str:
    """Return an empty drawing."""
    return "<svg></svg>"
