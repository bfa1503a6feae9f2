"""The ``[potential]`` keys of the scenario."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from planner.parameters import Parameters

MethodName = Literal["last_year", "mean", "linear", "smoothing", "shrinkage", "trees", "blend"]
METHODS: tuple[MethodName, ...] = (
    "last_year",
    "mean",
    "linear",
    "smoothing",
    "shrinkage",
    "trees",
    "blend",
)


class PotentialParameters(Parameters):
    """How the expected bookings of each account are estimated.

    ``method = "auto"`` takes the method that did best on held-out past periods, and the
    simplest among those that are close to it.
    """

    method: Literal["auto"] | MethodName = Field(
        "auto",
        description="How potential is estimated: auto (the best on held-out past periods), "
        "last_year, mean, linear, smoothing, shrinkage, trees or blend.",
    )
    features: tuple[str, ...] | None = Field(
        None,
        description="Account columns that tell accounts apart. Default: segment, industry, "
        "country, addressable_market and every further numeric column of the file.",
    )
    interval: float = Field(
        0.8,
        gt=0.0,
        lt=1.0,
        description="Share of accounts whose bookings should fall between low and high.",
    )
    top_down: Decimal | None = Field(
        None,
        gt=0,
        description="A stated total for the plan period in units of the plan currency (a market "
        "study or finance's forecast) that the accounts' potential must sum to.",
    )
    cuts: Annotated[int, Field(ge=1, le=12)] = Field(
        5, description="How many past dates the backtest forecasts from."
    )
    overrides: dict[str, Decimal] | str | None = Field(
        None,
        description="Figures that a person sets: a table of account_id and amount, or the "
        "account column that holds them. They are kept and marked.",
    )
    remove_rep_effect: bool = Field(
        default=True,
        description="Take out what the present rep adds or leaves, where the data can tell it "
        "apart, so that potential is what a typical rep would book.",
    )


Goals = dict[str, Annotated[float, Field(allow_inf_nan=False)]]


class PerformanceParameters(Parameters):
    """The scenario's ``[performance]``: what score cards are held against."""

    company_goals: Goals = Field(
        default_factory=dict,
        description="The company's goals by figure of the score card, such as close rate; money in "
        "units of the plan currency, shares as fractions.",
    )
    team_goals: Goals = Field(default_factory=dict, description="Likewise for each team.")
    rep_goals: Goals = Field(default_factory=dict, description="Likewise for each rep.")

    def goals_of(self, level: str) -> Goals:
        """Return the goals at a level: company, team or rep."""
        return {"company": self.company_goals, "team": self.team_goals, "rep": self.rep_goals}[
            level
        ]
