"""How large each part of the demo company is, and the figures that its truth rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from planner.errors import ScenarioError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

HISTORY_START = date(2023, 12, 1)
HISTORY_MONTHS = 36

SEGMENTS = ("Enterprise", "Mid-Market", "SMB", "Micro")
ENTERPRISE, MID_MARKET, SMB, MICRO = range(4)

# The roles that receive accounts, in the order of the segment classes they serve.
STRATEGIC, EXECUTIVE, INSIDE = range(3)
ROLES = ("Strategic AE", "Account Executive", "Inside Sales")
ROLE_OF_SEGMENT = np.array([STRATEGIC, EXECUTIVE, EXECUTIVE, INSIDE])
SEGMENTS_OF_ROLE = ("Enterprise", "Mid-Market;SMB", "Micro")
OTE_OF_ROLE = (380_000, 210_000, 160_000)

# Below this many seats nobody is specialised: all are account executives.
SPECIALISED_FROM = 10
FEWEST_ACCOUNTS = 50
FEWEST_REPS = 3
FEWEST_ACCOUNTS_A_REP = 5
USUAL_ACCOUNTS_A_REP = 5000 / 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The head counts of one demo company.

    Parameters
    ----------
    accounts, reps
        Accounts, and seats that receive accounts (direct and pool, open headcount included).
    seed
        What every draw starts from.
    """

    accounts: int
    reps: int
    seed: int

    def __post_init__(self) -> None:
        """Refuse sizes that no company has."""
        if self.reps < FEWEST_REPS or self.accounts < FEWEST_ACCOUNTS:
            raise ScenarioError(
                f"a demo company needs at least {FEWEST_ACCOUNTS} accounts and {FEWEST_REPS} "
                f"reps; {self.accounts} and {self.reps} were asked for"
            )
        if self.accounts < FEWEST_ACCOUNTS_A_REP * self.reps:
            raise ScenarioError(
                f"a demo company needs at least {FEWEST_ACCOUNTS_A_REP} accounts a rep; "
                f"{self.accounts} accounts for {self.reps} reps were asked for"
            )
        if self.seed < 0:
            raise ScenarioError(f"the seed of the demo company must not be negative: {self.seed}")

    @property
    def specialised(self) -> bool:
        """Return whether the company is large enough for more than one role."""
        return self.reps >= SPECIALISED_FROM

    @property
    def seats(self) -> tuple[int, int, int]:
        """Return how many seats each role has: strategic, executive, inside."""
        if not self.specialised:
            return (0, self.reps, 0)
        strategic, inside = round(self.reps * 0.2), max(1, self.reps // 60)
        return (strategic, self.reps - strategic - inside, inside)

    @property
    def open_seats(self) -> int:
        """Return how many seats are open headcount."""
        return max(2, self.reps // 30) if self.reps >= 12 else int(self.reps >= 6)

    @property
    def leavers(self) -> int:
        """Return how many reps leave before the plan starts, each backfilled by an open seat."""
        return max(1, self.reps // 60) if self.reps >= 12 else 0

    @property
    def on_ramp(self) -> int:
        """Return how many reps were hired in the last months."""
        return max(1, self.reps // 20) if self.reps >= 6 else 0

    @property
    def best(self) -> int:
        """Return how many of the best reps are planted."""
        return max(1, self.reps // 12)

    @property
    def lucky(self) -> int:
        """Return how many average reps are planted on rich territories."""
        return max(1, self.reps // 60) if self.reps >= 6 else 0

    @property
    def managers(self) -> int:
        """Return how many first-line managers there are."""
        return max(1, round(self.reps / 8))

    @property
    def segment_shares(self) -> tuple[float, float, float, float]:
        """Return the share of accounts in each segment, in the order of ``SEGMENTS``."""
        return (0.08, 0.37, 0.40, 0.15) if self.specialised else (0.0, 0.45, 0.55, 0.0)

    @property
    def mean_market(self) -> float:
        """Return the mean addressable market of an account, so that a rep's book is usual."""
        return 200_000 * USUAL_ACCOUNTS_A_REP * self.reps / self.accounts

    def stream(self, part: int) -> np.random.Generator:
        """Return the generator of one part, so that parts do not disturb each other."""
        return np.random.default_rng([self.seed, part])


def day_numbers(first: date, days: npt.ArrayLike) -> npt.NDArray[np.datetime64]:
    """Return dates that many days after the first."""
    return np.datetime64(first, "D") + np.asarray(days, dtype="timedelta64[D]")
