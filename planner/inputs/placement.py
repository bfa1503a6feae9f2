"""Where accounts are: their coordinates, else their postal code's, else their unit's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs.countries import find_codes

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def place_accounts(
    data: pd.DataFrame,
    usable: NDArray[np.bool_],
    places: pd.DataFrame | None,
    units: gpd.GeoDataFrame | None,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Return accounts with coordinates wherever any table gives them, and ``placed_by``.

    Parameters
    ----------
    data
        Accounts.
    usable
        (accounts,) whether an account's own coordinates are a place on earth.
    places
        Postal codes with coordinates.
    units
        Geographic units in WGS 84.
    """
    import numpy as np

    placed = data.copy(deep=False)
    lat = np.where(usable, data["latitude"].to_numpy(), np.nan)
    lon = np.where(usable, data["longitude"].to_numpy(), np.nan)
    by = np.where(usable, "coordinates", "none").astype(object)
    for source, table in (("postal_code", places), ("unit", units)):
        if table is None:
            continue
        found = _find_postal(data, table) if source == "postal_code" else _find_units(data, table)
        new = np.isnan(lat) & ~np.isnan(found[:, 0])
        lat[new], lon[new], by[new] = found[new, 0], found[new, 1], source
    placed["latitude"], placed["longitude"] = lat, lon
    placed["placed_by"] = by
    placed["placed_by"] = placed["placed_by"].astype("str")
    if units is not None:
        placed["unit_id"] = find_containing(placed, units)
    return placed, report_placement(placed, has_places=places is not None)


def _find_postal(data: pd.DataFrame, places: pd.DataFrame) -> NDArray[np.float64]:
    """Return (accounts, 2) latitude and longitude by postal code, and country where given."""
    import pandas as pd

    both = bool(places["country"].notna().any()) and bool(data["country"].notna().any())
    keys = _postal_keys(data, both=both)
    known = pd.DataFrame(
        {
            "key": _postal_keys(places, both=both),
            "lat": places["latitude"],
            "lon": places["longitude"],
        }
    )
    known = known[known["key"].notna()].drop_duplicates("key").set_index("key")
    return known.reindex(keys)[["lat", "lon"]].to_numpy(dtype=float)


def _postal_keys(data: pd.DataFrame, *, both: bool) -> pd.Series:
    """Return what postal codes are compared by: no spaces, no US ZIP+4, with the country."""
    codes = data["postal_code"].str.upper().str.replace(r"[\s-]", "", regex=True)
    long_zip = codes.str.fullmatch(r"\d{9}").fillna(value=False).astype(bool)
    codes = codes.where(~long_zip, codes.str.slice(0, 5))
    if not both:
        return codes
    return codes + "/" + find_codes(data["country"]).fillna("")


def _find_units(data: pd.DataFrame, units: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return (accounts, 2) latitude and longitude of a point inside each account's unit."""
    import pandas as pd

    points = units.geometry.representative_point()
    known = pd.DataFrame({"lat": points.y.to_numpy(), "lon": points.x.to_numpy()})
    known.index = pd.Index(units["unit_id"])
    known = known[~known.index.duplicated()]
    return known.reindex(data["unit_id"])[["lat", "lon"]].to_numpy(dtype=float)


def find_containing(data: pd.DataFrame, units: gpd.GeoDataFrame) -> pd.Series:
    """Return each account's unit: the one given, else the one that contains its point."""
    import geopandas as gpd

    lacking = data["unit_id"].isna() & data["latitude"].notna()
    filled = data["unit_id"].copy()
    if not bool(lacking.any()):
        return filled
    rows = data[lacking]
    points = gpd.GeoDataFrame(
        {"position": rows.index},
        geometry=gpd.points_from_xy(rows["longitude"], rows["latitude"]),
        crs="EPSG:4326",
    )
    joined = gpd.sjoin(points, units[["unit_id", "geometry"]], predicate="intersects")
    first = joined.sort_values(["position", "unit_id"]).drop_duplicates("position")
    filled.loc[first["position"].to_numpy()] = first["unit_id"].to_numpy()
    return filled


def report_placement(data: pd.DataFrame, *, has_places: bool) -> list[Finding]:
    """Say how accounts were placed, in one finding, where not all have coordinates."""
    counts = data["placed_by"].value_counts()
    total, direct = len(data), int(counts.get("coordinates", 0))
    if direct == total:
        return []
    lost = int(counts.get("none", 0))
    where = f"{int(counts.get('postal_code', 0)):,} by postal code, {int(counts.get('unit', 0)):,} by unit"
    advice = "Give coordinates, or [inputs.places] with postal codes; travel is 0 for the unplaced."
    return [
        Finding(
            severity="warning" if lost else "info",
            code="accounts.placement",
            message=f"{direct:,} of {total:,} accounts have usable coordinates; {where} were "
            f"placed, {lost:,} are planned without travel.",
            advice=advice if lost and not has_places else "Check the postal codes of the rest.",
            table="accounts",
            column="latitude",
            count=total - direct,
        )
    ]
