"""Geographic units: polygons from GeoJSON, GeoPackage or a shapefile, in WGS 84."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from planner.findings import Finding
from planner.inputs.files import digest_file, find_file
from planner.inputs.frames import Frame
from planner.inputs.parameters import TableParameters
from planner.inputs.raw import RawTable, unreadable

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

SUFFIXES = {".geojson", ".json", ".gpkg", ".shp"}
LARGEST_UNZIPPED = 4 << 30


def read_units(table: str, parameters: TableParameters, folder: Path) -> RawTable:
    """Read a spatial table; its shapes are brought to WGS 84 and mended where they are invalid.

    Raises
    ------
    ScenarioError
        When there is no such file.
    UnreadableError
        When it is none of the formats known, is damaged, or has no shapes.
    """
    import numpy as np
    import pyarrow as pa

    path = find_file(table, parameters, folder)
    location = str(parameters.path)
    data = _open(table, location, path)
    geometry, findings = _clean(table, location, data)
    names = [str(name) for name in data.columns if name != data.geometry.name]
    cells = pa.Table.from_pandas(data[names], preserve_index=False)
    return RawTable(
        table=table,
        headers=tuple(names),
        cells=tuple(cells.columns),
        rows=np.arange(2, len(data) + 2, dtype=np.int64),
        location=location,
        sha256=digest_file(path),
        findings=tuple(findings),
        geometry=geometry,
    )


def _open(table: str, location: str, path: Path) -> gpd.GeoDataFrame:
    """Open a file with GDAL, after a look at what it really is."""
    import geopandas as gpd
    from pyogrio.errors import DataLayerError, DataSourceError

    source = _check_kind(table, location, path)
    try:
        with warnings.catch_warnings():
            # What GDAL warns of is either refused below or harmless.
            warnings.simplefilter("ignore")
            data = gpd.read_file(source, engine="pyogrio")
    except (DataSourceError, DataLayerError, ValueError, OSError, KeyError) as error:
        reason = (str(error).splitlines() or ["unknown"])[0][:200]
        raise unreadable(
            table,
            location,
            f"cannot be read as geographic units ({reason})",
            "Export it as GeoJSON, GeoPackage or shapefile.",
        ) from None
    if not isinstance(data, gpd.GeoDataFrame) or not len(data):
        raise unreadable(table, location, "has no shapes", "Give polygons with an id.")
    return data


def _check_kind(table: str, location: str, path: Path) -> str:
    """Return GDAL's name of a file; formats that could point to other files are refused."""
    import gzip
    import zlib

    packed = path.suffix.lower() == ".gz"
    suffix = Path(path.stem).suffix.lower() if packed else path.suffix.lower()
    if suffix not in SUFFIXES:
        raise unreadable(
            table,
            location,
            "is not GeoJSON, GeoPackage or a shapefile",
            "Export it as one of them.",
        )
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            head = file.read(1024).lstrip(b"\xef\xbb\xbf \t\r\n")
        size = _unzipped_size(path) if packed else path.stat().st_size
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(table, location, f"is damaged ({error})", "Export it again.") from None
    expected = {".gpkg": b"SQLite format 3", ".shp": b"\x00\x00\x27\x0a"}.get(suffix, b"{")
    if not head.startswith(expected):
        raise unreadable(
            table, location, f"is called {suffix} but is not such a file", "Export it again."
        )
    if size > LARGEST_UNZIPPED:
        raise unreadable(table, location, "is larger than 4 GiB", "Simplify the shapes.")
    return f"/vsigzip/{path.resolve()}" if packed else str(path.resolve())


def _unzipped_size(path: Path) -> int:
    import gzip

    size = 0
    with gzip.open(path, "rb") as file:
        while (chunk := file.read(1 << 22)) and size <= LARGEST_UNZIPPED:
            size += len(chunk)
    return size


def _clean(
    table: str, location: str, data: gpd.GeoDataFrame
) -> tuple[NDArray[np.object_], list[Finding]]:
    """Return shapes in WGS 84 without invalid ones, and what was mended."""
    import numpy as np
    import shapely

    findings: list[Finding] = []
    if data.crs is None:
        findings.append(_no_crs(table, location))
    elif data.crs.to_epsg() != 4326:
        data = data.to_crs("EPSG:4326")
    shapes = np.asarray(data.geometry.array, dtype=object)
    empty = np.array([shape is None or shape.is_empty for shape in shapes], dtype=bool)
    broken = ~empty & ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = shapely.make_valid(shapes[broken])
    for code, mask, what, severity in (
        ("no_geometry", empty, "have no shape", "warning"),
        ("invalid_geometry", broken, "have an invalid shape, which was mended", "warning"),
    ):
        if mask.any():
            first = int(np.flatnonzero(mask)[0])
            findings.append(
                Finding(
                    severity="warning" if severity == "warning" else "error",
                    code=f"{table}.{code}",
                    message=f"{int(mask.sum()):,} units of {location} {what}.",
                    advice="Check them in a GIS program.",
                    table=table,
                    row=first + 2,
                    column="geometry",
                    count=int(mask.sum()),
                )
            )
    return shapes, findings


def _no_crs(table: str, location: str) -> Finding:
    return Finding(
        severity="warning",
        code=f"{table}.no_crs",
        message=f"{location} does not say its coordinate system; it was read as WGS 84.",
        advice="Export it with its coordinate system (a shapefile needs its .prj).",
        table=table,
    )


def build_units(frame: Frame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the units that take part, sorted by id, and ids that several have."""
    import geopandas as gpd
    import numpy as np

    from planner.inputs.rep_checks import check_duplicate_ids

    data = frame.frame
    findings = check_duplicate_ids(data, "units", "unit_id")
    shaped = gpd.GeoDataFrame(
        data, geometry=np.asarray(frame.raw.geometry, dtype=object), crs="EPSG:4326"
    )
    good = shaped["unit_id"].notna() & ~shaped["unit_id"].duplicated() & shaped.geometry.notna()
    units = shaped[good].sort_values("unit_id", kind="stable").reset_index(drop=True)
    return units, findings


def build_boundary(frame: Frame) -> gpd.GeoDataFrame:
    """Return the polygons of the land, those without a shape left out."""
    import geopandas as gpd
    import numpy as np

    shapes = np.asarray(frame.raw.geometry, dtype=object)
    land = gpd.GeoDataFrame({"geometry": shapes}, geometry="geometry", crs="EPSG:4326")
    return land[land.geometry.notna()].reset_index(drop=True)
