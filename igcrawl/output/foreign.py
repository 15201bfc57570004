"""Parts of an output's file that others wrote: they are kept, above the crawl's own part or beside the file."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from pathlib import Path
from typing import Any, Final

import zstandard

from igcrawl.errors import BadInput
from igcrawl.output.enclosed import place_for_more
from igcrawl.output.json_lines import from_line
from igcrawl.output.output import OutputSpec

#: Formats in which a file may go on with other records below those that stand there.
JSON_LINES: Final = frozenset({"jsonl", "jsonlines", "jl"})
_BLOCK: Final = 1 << 16
#: Bytes of a line of JSON at most, as far as it is looked at.
_LONGEST: Final = 1 << 24


def check_above(spec: OutputSpec, path: Path) -> None:
    """Check that a crawl's records may stand below what a file holds already.

    Args:
        spec: of the output.
        path: the file; it is there and is not empty.

    Raises:
        BadInput: they may not.
        OSError: the file cannot be read.
    """
    advice = "give another file, or -O"
    if spec.processed:
        raise BadInput(f"-o {path}: what its postprocessing makes cannot be appended to; {advice}")
    if spec.encloses:
        place_for_more(spec, path)
        return
    if spec.format not in JSON_LINES and spec.format != "csv":
        raise BadInput(
            f"-o {path}: a file of the format {spec.format}{spec.suffix} cannot be appended to; "
            "give -O, another file, or .jsonl or .csv"
        )
    try:
        if spec.format == "csv":
            _check_table(spec, path)
        else:
            _check_lines(spec, path)
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"-o {path}: it is not a complete CSV ({error}); {advice}") from None
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError):
        raise BadInput(f"-o {path}: it is damaged, or not compressed as its name says; {advice}") from None
    except ValueError as error:
        raise BadInput(f"-o {path}: {error}; {advice}") from None


def goes_on(spec: OutputSpec, path: Path) -> bool:
    """Return whether a file, which is not empty, passes `check_above`.

    Raises:
        OSError: it cannot be read.
    """
    try:
        check_above(spec, path)
    except BadInput:
        return False
    return True


def _opened(spec: OutputSpec, path: Path) -> Any:
    if spec.suffix == ".gz":
        return gzip.open(path, "rb")
    if spec.suffix == ".zst":
        # Appending makes several frames.
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True))
    return path.open("rb")


def _check_lines(spec: OutputSpec, path: Path) -> None:
    """Check the first line of a file and, where it is compressed, that the last one is whole.

    The last line of a file that is not compressed may have been cut off by a kill.
    """
    with _opened(spec, path) as file:
        line = first = file.readline(_LONGEST)
        if first.endswith(b"\n") and not is_whole_json(first):
            raise ValueError("its first line is no JSON")
        if spec.suffix:
            for line in file:  # noqa: B007 - the last one counts
                pass
            if not line.endswith(b"\n"):
                raise ValueError("its last line is cut off")


def _check_table(spec: OutputSpec, path: Path) -> None:
    with _opened(spec, path) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        wanted = next(csv.reader([spec.header().decode()]), [])
        rows = csv.reader(text, strict=True)
        found = next(rows, [])
        if found and found[0].startswith("\ufeff"):
            found[0] = found[0].removeprefix("\ufeff")
        if found != wanted:
            raise ValueError(
                f"its columns are {','.join(found)[:200]!r}, those of this crawl {','.join(wanted)[:200]!r}"
            )
        if any(row and len(row) != len(wanted) for row in rows):
            raise ValueError(f"its rows do not have the {len(wanted)} columns of its first line")


def last_line(file: int, end: int) -> bytes:
    """Return what stands behind the last end of a line, before a place in a file.

    Raises:
        OSError: the file cannot be read.
    """
    last = b""
    while end and b"\n" not in last:
        start = max(end - _BLOCK, 0)
        last = os.pread(file, end - start, start) + last
        end = start
    return last.rpartition(b"\n")[2]


def may_stand_above(spec: OutputSpec, data: bytes, header: bytes) -> bool:
    """Return whether what others wrote into a file makes whole lines of its format.

    Args:
        spec: of the output.
        data: what they wrote.
        header: the file's first line, where the format has one.
    """
    try:
        if spec.format in JSON_LINES:
            return all(from_line(line) is not None for line in data.split(b"\n") if line.strip())
        [columns] = csv.reader([header.decode().strip()])
        rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
        # A second header would be taken for a record.
        return all(len(row) == len(columns) and row != columns for row in rows if row)
    except (ValueError, csv.Error):
        return False


def walks_in(spec: OutputSpec, data: bytes, header: bytes) -> set[str]:
    """Return the names of the walks whose records stand in whole lines.

    Args:
        spec: of the output.
        data: the lines, see `may_stand_above`.
        header: the file's first line, where the format has one.
    """
    if spec.format in JSON_LINES:
        found = (from_line(line) for line in data.split(b"\n") if line.strip())
        return {str(each["walk"]) for each in found if isinstance(each, dict) and "walk" in each}
    rows = csv.DictReader(io.StringIO((header + data).decode(), newline=""))
    return {row["walk"] for row in rows if "walk" in row}


def is_whole_json(line: bytes) -> bool:
    """Return whether a line is JSON."""
    try:
        from_line(line)
    except ValueError:
        return False
    return True
