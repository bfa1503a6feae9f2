"""What may be wrong with coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs.reporting import report_rows

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


def find_usable(data: pd.DataFrame) -> NDArray[np.bool_]:
    """Return (accounts,) whether both coordinates are given and are a place on earth."""
    lat, lon = data["latitude"], data["longitude"]
    inside = (lat.abs() <= 90) & (lon.abs() <= 180) & ~((lat == 0) & (lon == 0))
    return inside.to_numpy(dtype=bool)


def check_coordinates(data: pd.DataFrame) -> list[Finding]:
    """Return what is wrong with accounts' coordinates as numbers."""
    lat, lon = data["latitude"], data["longitude"]
    outside = (lat.abs() > 90) | (lon.abs() > 180)
    origin = (lat == 0) & (lon == 0)
    half = lat.isna() != lon.isna()
    return [
        *report_rows(
            data,
            outside,
            table="accounts",
            code="coordinates_out_of_range",
            severity="error",
            column="latitude",
            each="Row {row} of accounts: {latitude}, {longitude} of {account_id} is no place on "
            "earth.",
            whole="{count} accounts have coordinates that are no place on earth.",
            advice="Latitude is -90 to 90 and longitude -180 to 180, in degrees; perhaps they are "
            "swapped or have lost their decimal sign.",
            subject="account_id",
        ),
        *report_rows(
            data,
            origin,
            table="accounts",
            code="coordinates_zero",
            severity="warning",
            column="latitude",
            each="Row {row} of accounts: {account_id} lies at 0, 0 in the Atlantic; its "
            "coordinates are not used.",
            whole="{count} accounts lie at 0, 0 in the Atlantic; their coordinates are not used.",
            advice="Leave both cells empty, or fill in the place.",
            subject="account_id",
            shown=5,
        ),
        *report_rows(
            data,
            half,
            table="accounts",
            code="coordinates_incomplete",
            severity="warning",
            column="latitude",
            each="Row {row} of accounts: {account_id} has only one of latitude and longitude.",
            whole="{count} accounts have only one of latitude and longitude.",
            advice="Fill in both, or leave both empty.",
            subject="account_id",
        ),
    ]


def check_shared_points(data: pd.DataFrame) -> list[Finding]:
    """Report how many accounts lie on the very point of another, as the file has them."""
    located = data[data["latitude"].notna()]
    shared = located.duplicated(["latitude", "longitude"], keep=False)
    count = int(shared.sum())
    if not count:
        return []
    points = len(located[shared].drop_duplicates(["latitude", "longitude"]))
    first = located[shared].iloc[0]
    return [
        Finding(
            severity="info",
            code="accounts.shared_point",
            message=f"{count:,} accounts share {points:,} points, so their coordinates are those "
            f"of a place, not of an address.",
            advice="Nothing to do: travel between them counts as none.",
            table="accounts",
            row=int(first["row"]),
            column="latitude",
            subject=str(first["account_id"]),
            count=count,
        )
    ]


def check_countries(given: pd.DataFrame, placed: pd.DataFrame) -> list[Finding]:
    """Report accounts whose coordinates lie outside their country.

    Parameters
    ----------
    given
        The accounts as the file has them: those at 0, 0 are outside as well.
    placed
        The same accounts with the coordinates that are used.
    """
    from planner.inputs.borders import find_outside

    used = (placed["placed_by"] == "coordinates").to_numpy(dtype=bool)
    outside, nearest = find_outside(placed["latitude"], placed["longitude"], placed["country"])
    origin = ((given["latitude"] == 0) & (given["longitude"] == 0)).to_numpy(dtype=bool)
    origin = origin & given["country"].notna().to_numpy(dtype=bool)
    singles = report_rows(
        placed.assign(nearest=nearest),
        outside & used,
        table="accounts",
        code="outside_country",
        severity="warning",
        column="country",
        each="Row {row} of accounts: {account_id} is in {country}, but {latitude}, {longitude} "
        "lies in {nearest}.",
        whole="{count} accounts have coordinates in another country than theirs.",
        advice="Correct the coordinates or the country; swapped signs or columns look like this.",
        subject="account_id",
    )
    count = int((outside & used).sum() + origin.sum())
    return [*singles, *_sum_outside(count, int(origin.sum()))]


def _sum_outside(count: int, origin: int) -> list[Finding]:
    if not origin:
        return []
    return [
        Finding(
            severity="warning",
            code="accounts.outside_country",
            message=f"{count:,} accounts have coordinates that lie outside their country, "
            f"{origin:,} of them at 0, 0.",
            advice="Correct the coordinates or the country.",
            table="accounts",
            column="latitude",
            count=count,
        )
    ]


def check_units(data: pd.DataFrame, units: gpd.GeoDataFrame | None) -> list[Finding]:
    """Report units that accounts name and the table of units lacks."""
    if units is None:
        return []
    unknown = data["unit_id"].notna() & ~data["unit_id"].isin(units["unit_id"])
    nowhere = data["unit_id"].isna()
    return [
        *report_rows(
            data,
            unknown,
            table="accounts",
            code="unknown_unit",
            severity="warning",
            column="unit_id",
            each="Row {row} of accounts: the unit {unit_id} of {account_id} is not in units.",
            whole="{count} accounts name a unit that is not in units.",
            advice="Check that both use the same ids, leading zeros included.",
            subject="account_id",
        ),
        *report_rows(
            data,
            nowhere,
            table="accounts",
            code="no_unit",
            severity="warning",
            column="unit_id",
            each="Row {row} of accounts: {account_id} lies in no unit.",
            whole="{count} accounts lie in no unit.",
            advice="Give unit_id or coordinates inside a unit.",
            subject="account_id",
            shown=5,
        ),
    ]
