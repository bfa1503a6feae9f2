"""Splits places on the globe into regions that lie far apart, and flattens each truly to area."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from planner.outputs.plan import Floats, Ints

if TYPE_CHECKING:
    from pyproj import Transformer

# Discs around places never reach half of it, so that regions cannot overlap.
APART_KM = 900.0
EARTH_KM = 6371.0088
# The plane ends at the opposite side of the globe, 12,742 km from its middle.
FURTHEST_KM = 12_700.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A flat picture of one region in kilometres, equal in area (Lambert azimuthal).

    Parameters
    ----------
    forward, back
        From degrees to metres and back.
    centre
        Longitude of the region's middle, degrees.
    """

    forward: Transformer
    back: Transformer
    centre: float

    def flatten(self, points: Floats) -> Floats:
        """Return x and y in kilometres of latitudes and longitudes, (points, 2)."""
        x, y = self.forward.transform(points[:, 1], points[:, 0])
        return np.column_stack([x, y]) / 1000.0

    def unflatten(self, flat: Floats) -> Floats:
        """Return longitude (running on over the date line) and latitude, (points, 2)."""
        radius = np.maximum(np.hypot(*flat.T), 1e-9)
        x, y = (flat * (np.minimum(radius, FURTHEST_KM) / radius)[:, None]).T * 1000.0
        longitude, latitude = self.back.transform(x, y)
        turned = (np.asarray(longitude) - self.centre + 180.0) % 360.0 - 180.0 + self.centre
        return np.column_stack([turned, latitude])


def find_regions(points: Floats) -> list[Ints]:
    """Return the rows of each group of places that no gap of 900 km divides, west to east.

    Parameters
    ----------
    points
        Latitude and longitude in degrees, (points, 2).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if not len(points):
        return []
    # Whole degrees are enough to see gaps of that size, and keep the pairs few.
    cells, cell_of = np.unique(np.round(points), axis=0, return_inverse=True)
    chord = 2.0 * np.sin(APART_KM / EARTH_KM / 2.0)
    pairs = cKDTree(on_sphere(cells)).query_pairs(chord, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(cells),) * 2)
    count, label = connected_components(links, directed=False)
    region = label[cell_of.ravel()]
    rows = [np.flatnonzero(region == number) for number in range(count)]
    return sorted(rows, key=lambda chosen: tuple(points[chosen].mean(axis=0)[::-1]))


def on_sphere(points: Floats) -> Floats:
    """Return latitudes and longitudes as points of a unit sphere, (points, 3)."""
    latitude, longitude = np.radians(points).T
    level = np.cos(latitude)
    return np.column_stack([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)])


def flat_plane(points: Floats) -> Plane:
    """Return the equal-area plane around the middle of some places."""
    from pyproj import Transformer

    middle = on_sphere(points).mean(axis=0)
    latitude = float(np.degrees(np.arctan2(middle[2], np.hypot(middle[0], middle[1]))))
    longitude = float(np.degrees(np.arctan2(middle[1], middle[0])))
    plane = f"+proj=laea +lat_0={latitude:.4f} +lon_0={longitude:.4f} +datum=WGS84 +units=m"
    return Plane(
        forward=Transformer.from_crs("EPSG:4326", plane, always_xy=True),
        back=Transformer.from_crs(plane, "EPSG:4326", always_xy=True),
        centre=longitude,
    )
