"""Text files of any common encoding, brought to UTF-8."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from planner.findings import Finding
from planner.inputs.raw import unreadable

CHUNK = 1 << 22
LARGEST_TEXT = 8 << 30
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFile:
    """A text file in UTF-8, with what was learnt on the way.

    Parameters
    ----------
    path
        The file itself, or a copy in UTF-8.
    size
        Its bytes.
    blank_lines, quotes
        How many lines hold nothing, and how many double quotes there are.
    findings
        A guessed encoding.
    """

    path: Path
    size: int
    blank_lines: int
    quotes: int
    findings: tuple[Finding, ...] = ()


def to_utf8(table: str, location: str, path: Path, encoding: str | None, scratch: Path) -> TextFile:
    """Check that a file is text and copy it to UTF-8 where it is something else.

    Parameters
    ----------
    table, location
        Names for findings.
    path
        The file, plain or gzipped.
    encoding
        The scenario's, None to find it.
    scratch
        An existing folder for copies.

    Raises
    ------
    UnreadableError
        When the file is not text, is too large, or is not in the encoding stated.
    """
    if path.suffix.lower() == ".gz":
        path = _unzip(table, location, path, scratch)
    findings: tuple[Finding, ...] = ()
    found = encoding or _guess(path)
    if found is None and not _is_utf8(path):
        found = "windows-1252"
        findings = (_guessed(table, location),)
    if found not in {None, "utf-8", "UTF-8"}:
        path = _recode(table, location, path, str(found), scratch)
    size, blank, quotes = _scan(table, location, path)
    return TextFile(path=path, size=size, blank_lines=blank, quotes=quotes, findings=findings)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _unzip(table: str, location: str, path: Path, scratch: Path) -> Path:
    """Unpack a gzip file into the scratch folder, up to a limit."""
    target = scratch / f"{table}.unzipped"
    size = 0
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as copy:
            while chunk := source.read(CHUNK):
                size += len(chunk)
                if size > LARGEST_TEXT or size > 1000 * path.stat().st_size + CHUNK:
                    raise unreadable(
                        table, location, "unpacks to far more than it should", "Unpack it first."
                    )
                copy.write(chunk)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise unreadable(
            table, location, f"is a damaged gzip file ({error})", "Export it again."
        ) from error
    return target


def _guess(path: Path) -> str | None:
    """Return the encoding that a byte order mark or the pattern of NUL bytes gives away."""
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.4 * len(head) / 2 and even < 0.05 * len(head):
        return "utf-16-le"
    if even > 0.4 * len(head) / 2 and odd < 0.05 * len(head):
        return "utf-16-be"
    return None


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _recode(table: str, location: str, path: Path, encoding: str, scratch: Path) -> Path:
    """Copy a file to UTF-8; bytes that the encoding does not know are replaced or refused."""
    target = scratch / f"{table}.utf8"
    errors = "replace" if encoding == "windows-1252" else "strict"
    try:
        decoder = codecs.getincrementaldecoder(encoding)(errors)
        with target.open("wb") as copy:
            for chunk in _chunks(path):
                copy.write(decoder.decode(chunk).encode("utf-8"))
            copy.write(decoder.decode(b"", final=True).encode("utf-8"))
    except LookupError as error:
        raise unreadable(
            table,
            location,
            f"is said to be in {encoding}, which is no encoding that Python knows",
            f"Correct [inputs.{table}] encoding; utf-8 and windows-1252 are common.",
        ) from error
    except UnicodeError as error:
        raise unreadable(
            table,
            location,
            f"is not text in {encoding}, or is cut off",
            f"Save it as UTF-8, or state [inputs.{table}] encoding.",
        ) from error
    return target


def _guessed(table: str, location: str) -> Finding:
    return Finding(
        severity="warning",
        code=f"{table}.encoding",
        message=f"{location} is not UTF-8; it was read as Windows-1252.",
        advice=f"Check that accents look right, and save it as UTF-8 or state [inputs.{table}] "
        f'encoding = "windows-1252".',
        table=table,
        value=location,
    )


def _scan(table: str, location: str, path: Path) -> tuple[int, int, int]:
    """Return the size and the numbers of blank lines and of quotes; refuse NUL bytes and empty files."""
    size = blank = quotes = 0
    printable = False
    previous = b""
    for chunk in _chunks(path):
        if b"\0" in chunk:
            raise unreadable(
                table,
                location,
                "holds NUL bytes, so it is not a text file",
                "Export it as CSV (UTF-8), XLSX or Parquet.",
            )
        size += len(chunk)
        printable = printable or bool(chunk.strip())
        joined = previous[-1:] + chunk
        blank += joined.count(b"\n\n") + joined.count(b"\n\r\n")
        quotes += chunk.count(b'"')
        previous = chunk
        if size > LARGEST_TEXT:
            raise unreadable(table, location, "is larger than 8 GiB", "Use Parquet or a query.")
    if not printable:
        raise unreadable(
            table, location, "is empty or holds nothing but blanks", "Export it again."
        )
    return size, blank, quotes
