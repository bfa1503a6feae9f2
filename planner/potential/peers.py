"""What accounts with the same attributes book: a log-linear model, pulled toward the average."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import PoissonRegressor

if TYPE_CHECKING:
    from planner.potential.attributes import Attributes

Floats = npt.NDArray[np.float64]

ROWS_FITTED = 20_000
PENALTY = 0.05
# A linear log scale can run away at the edge of the data: no account is placed above the
# largest rate observed, nor below a hundredth of the average.
FLOOR = 0.01


def peer_rate(attributes: Attributes, rate: Floats) -> Floats:
    """Return the bookings that an account's attributes alone would suggest.

    Poisson pseudo-maximum likelihood with a ridge penalty: unbiased in money, in spite of
    many zeros and a heavy tail (Santos Silva & Tenreyro 2006).

    Parameters
    ----------
    attributes
        The accounts' columns.
    rate
        What the accounts booked a month, not negative, minor units, (accounts,).

    Returns
    -------
    Floats
        Minor units a month, (accounts,), positive unless nobody booked anything.
    """
    average = float(rate.mean()) if len(rate) else 0.0
    design = attributes.design()
    if average <= 0 or design.shape[1] == 0 or len(rate) < 10:
        return np.full(len(rate), average)
    shape = _fit_shape(design, rate / average)
    bounded = np.clip(shape, FLOOR, max(float(rate.max()) / average, 1.0))
    return np.asarray(bounded * (average / bounded.mean()))


def _fit_shape(design: Floats, relative: Floats) -> Floats:
    rows = np.arange(len(relative))[:: max(1, -(-len(relative) // ROWS_FITTED))]
    # One giant account must not bend the whole surface.
    capped = np.minimum(relative, _cap(relative))
    model = PoissonRegressor(alpha=PENALTY, max_iter=300, solver="newton-cholesky")
    model.fit(design[rows], capped[rows])
    return np.asarray(np.exp(np.clip(design @ model.coef_ + model.intercept_, -20, 20)))


def _cap(relative: Floats) -> float:
    """Return twenty times the upper twentieth of those who bought."""
    return float(20.0 * np.quantile(relative[relative > 0], 0.95))
