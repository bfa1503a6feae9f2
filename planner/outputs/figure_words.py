"""What each figure of a comparison is called on a page, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

_SHARE = "as a share of what continuing reps have"
# By the name that a comparison has for it; the part after a colon for figures of a measure.
_WORDS: dict[str, tuple[str, str]] = {
    "accounts": ("Accounts", "How many accounts the plan is about."),
    "territories": ("Territories", "How many territories share them."),
    "goal": ("Goal", "What the company is to book in the plan."),
    "managers' quotas": ("Managers' quotas", "The quotas of the managers below the top, together."),
    "reps' quotas": ("Reps' quotas", "The quotas of all reps, together."),
    "cushion over the goal": (
        "Cushion over the goal",
        "By how much the reps' quotas together are above the goal.",
    ),
    "probability of the goal": (
        "Chance of the goal",
        "In how many of the simulated years the goal is reached.",
    ),
    "expected bookings": ("Expected bookings", "The average of the simulated years."),
    "P10": ("1 year of 10 is below", "Of the simulated years, one in ten is below this."),
    "P50": ("the middle year", "Half of the simulated years are below this, half above."),
    "P90": ("1 year of 10 is above", "Of the simulated years, one in ten is above this."),
    "reps at or above quota": (
        "Reps at or above quota",
        "Average share of the reps who make their quota in a simulated year.",
    ),
    "pay, expected": ("Pay, expected", "What all reps earn in an average simulated year."),
    "share of bookings": ("share of bookings", "Expected pay over expected bookings."),
    "fairness tests: poor": (
        "Fairness tests: poor",
        "How many tests of fair quotas come out poor; each is explained in the report.",
    ),
    "to watch": ("to watch", "How many come out between good and poor."),
    "good": ("good", "How many come out good."),
    "cost of the alignment, a year": (
        "Cost of the alignment, a year",
        "Travel, the risk of changing reps, and what imbalance costs, as the scenario prices them.",
    ),
    "of it disruption": (
        "of it change of reps",
        "Revenue of accounts that change rep, times the share that is lost on average.",
    ),
    "of it travel": ("of it travel", "Hours on the road, times the cost of an hour."),
    "at most this much better is possible": (
        "At most so much better is possible",
        "No plan under the same rules costs less than this share below: that is proven.",
    ),
    "driving hours a year": ("Driving hours a year", "Of all reps together."),
    "accounts that change owner": (
        "Accounts that leave a rep who stays",
        "Accounts of reps who continue that would go to another rep.",
    ),
    "share of accounts": ("share of accounts", f"The same {_SHARE}."),
    "share of revenue": (
        "share of revenue",
        f"The revenue of the last twelve months of these accounts, {_SHARE}.",
    ),
    "revenue at risk": (
        "Revenue at risk",
        "Revenue of the last twelve months of every account that gets another rep.",
    ),
    "broken rules": (
        "Broken rules",
        "How many hard rules the plan breaks; a good plan breaks none.",
    ),
    ": largest deviation": (
        "largest deviation",
        "How far the territory that is farthest from its fair share is from it.",
    ),
    ": spread": (
        "spread",
        "How far territories typically are from their fair share (a standard deviation).",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureWords:
    """How a figure is shown.

    Parameters
    ----------
    label
        What it is called.
    meaning
        What it says; empty where its name says it all.
    part
        Whether it is part of the figure above it.
    """

    label: str
    meaning: str
    part: bool


def word_line(name: str) -> FigureWords:
    """Return how a figure of a comparison is shown on a page.

    Parameters
    ----------
    name
        As the comparison has it; two blanks before it make it a part of the one above.
    """
    plain, part = name.strip().replace("_", " "), name.startswith("  ")
    subject, _, rest = plain.partition(": ")
    if f": {rest}" in _WORDS:
        label, meaning = _WORDS[f": {rest}"]
        return FigureWords(label=f"{subject.capitalize()}: {label}", meaning=meaning, part=part)
    label, meaning = _WORDS.get(plain, (plain if part else plain[:1].upper() + plain[1:], ""))
    return FigureWords(label=label, meaning=meaning or _of_cost(plain), part=part)


def _of_cost(name: str) -> str:
    term = name.removeprefix("of it ")
    return f"What {term} costs a year, as the scenario prices it." if term != name else ""
