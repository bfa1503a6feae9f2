"""Finds a table's file, says what kind it is, and hands it to the reader for that kind."""

from __future__ import annotations

import hashlib
from pathlib import Path

from planner.errors import ScenarioError, StoreError
from planner.inputs.csv_files import read_csv
from planner.inputs.parameters import TableParameters
from planner.inputs.raw import RawTable, unreadable
from planner.inputs.workbooks import read_workbook

CHUNK = 1 << 22
LARGEST_PARQUET = 64 << 30
WORKBOOK_SUFFIXES = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}


def find_file(table: str, parameters: TableParameters, folder: Path) -> Path:
    """Return a table's file.

    Raises
    ------
    ScenarioError
        When it is not there, is a folder, or lies outside the data folder without leave.
    """
    assert parameters.path is not None
    name = parameters.path
    if "\0" in name:
        raise ScenarioError(f"[inputs.{table}] path {name!r} is not a file name.")
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
        if not inside and not parameters.outside:
            raise ScenarioError(
                f"[inputs.{table}] path {name!r} leads out of the data folder; write "
                f"outside = true if that is meant."
            )
        if path.is_dir() and path.suffix.lower() != ".gdb":
            raise ScenarioError(f"[inputs.{table}] path {name!r} is a folder, not a file.")
        if not path.is_file():
            raise ScenarioError(f"[inputs.{table}] there is no file {name!r} in {folder}.")
    except (OSError, RuntimeError) as error:
        raise ScenarioError(f"[inputs.{table}] path {name!r} cannot be read: {error}.") from None
    return path


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def read_file(table: str, parameters: TableParameters, folder: Path) -> RawTable:
    """Read a table's file by what it holds, not by what it is called.

    Raises
    ------
    ScenarioError
        When there is no such file.
    UnreadableError
        When it holds no table.
    StoreError
        When the disk fails.
    """
    path = find_file(table, parameters, folder)
    location = str(parameters.path)
    try:
        sha256 = digest_file(path)
        with path.open("rb") as file:
            magic = file.read(8)
        return _read_kind(table, location, path, sha256, parameters, magic)
    except PermissionError:
        raise StoreError(f"The file {location} for the table {table} may not be read.") from None
    except OSError as error:
        raise StoreError(f"Reading {location} for the table {table} failed: {error}.") from None


def _read_kind(
    table: str, location: str, path: Path, sha256: str, parameters: TableParameters, magic: bytes
) -> RawTable:
    suffix = path.suffix.lower()
    if magic.startswith((b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0")):
        return read_workbook(table, location, path, sha256, parameters)
    if magic.startswith(b"PAR1"):
        return read_parquet(table, location, path, sha256)
    if suffix in WORKBOOK_SUFFIXES or suffix == ".parquet":
        raise unreadable(
            table,
            location,
            f"is called {suffix} but is not such a file, or is cut off",
            "Export it again.",
        )
    return read_csv(table, location, path, sha256, parameters)


def read_parquet(table: str, location: str, path: Path, sha256: str) -> RawTable:
    """Read a Parquet file.

    Raises
    ------
    UnreadableError
        When it is damaged, too large, or has columns that are tables themselves.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, memory_map=True) as file:
            meta = file.metadata
            size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
            if size > LARGEST_PARQUET:
                raise unreadable(
                    table, location, f"unpacks to {size / 1e9:,.0f} GB", "Split or aggregate it."
                )
            cells = file.read(use_threads=True)
            # Text that is no UTF-8 would be met only later, where no file can be named.
            cells.validate(full=True)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        reason = str(error).splitlines()[0][:200]
        raise unreadable(
            table, location, f"is a damaged Parquet file ({reason})", "Write it again."
        ) from None
    return RawTable(
        table=table,
        headers=tuple(str(name).strip() for name in cells.column_names),
        cells=tuple(cells.columns),
        rows=np.arange(2, cells.num_rows + 2, dtype=np.int64),
        location=location,
        sha256=sha256,
    )
