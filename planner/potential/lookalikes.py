"""Similar accounts that buy: by attributes, and by level where an account has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

if TYPE_CHECKING:
    from planner.potential.attributes import Attributes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHOWN = 5
DIMENSIONS = 6


def find_lookalikes(attributes: Attributes, rate: Floats) -> Ints:
    """Return the most similar accounts that have bought, nearest first.

    Parameters
    ----------
    attributes
        The accounts' columns.
    rate
        Bookings a month, 0 where an account never bought, (accounts,).

    Returns
    -------
    Positions in the accounts table, -1 where there are too few, (accounts, 5).
    """
    found = np.full((len(rate), SHOWN), -1, dtype=np.int64)
    buyers = np.flatnonzero(rate > 0)
    if not len(buyers):
        return found
    place = _coordinates(attributes.design())
    level = np.log1p(rate)
    spread = float(level[buyers].std())
    scaled = np.column_stack([place, level / spread if spread > 0 else level])
    others = np.flatnonzero(rate <= 0)
    found[buyers] = _nearest(scaled[buyers], buyers, scaled[buyers], buyers)
    if len(others):
        found[others] = _nearest(place[buyers], buyers, place[others], others)
    return found


def _coordinates(design: Floats) -> Floats:
    """Return the accounts on the few axes along which their attributes differ most."""
    if design.shape[1] == 0:
        return np.zeros((len(design), 1))
    if design.shape[1] <= DIMENSIONS:
        return design
    _, axes = np.linalg.eigh(design.T @ design)
    return np.asarray(design @ axes[:, -DIMENSIONS:])


def _nearest(places: Floats, names: Ints, asked: Floats, askers: Ints) -> Ints:
    """Return the nearest names to each asker, itself left out, -1 where there are too few."""
    wanted = min(SHOWN + 1, len(names))
    _, found = KDTree(places).query(asked, k=wanted, workers=-1)
    near = names[np.reshape(found, (len(asked), wanted))]
    is_self = near == askers[:, None]
    order = np.argsort(is_self, axis=1, kind="stable")
    near = np.where(np.take_along_axis(is_self, order, 1), -1, np.take_along_axis(near, order, 1))
    padded = np.full((len(asked), SHOWN), -1, dtype=np.int64)
    padded[:, : min(SHOWN, wanted)] = near[:, :SHOWN]
    return padded
