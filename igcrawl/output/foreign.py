"""What others wrote into an output's file: it is kept, above the crawl's own part or beside the file."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.output.encoders import COMPRESSED, Encoder, first_line
from igcrawl.output.json_lines import from_line
from igcrawl.output.output import OutputSpec

#: Formats in which a file may go on with other records below those that stand there.
JSON_LINES: Final = frozenset({"jsonl", "jsonlines", "jl"})
_BLOCK: Final = 1 << 16
#: Bytes of a line of JSON at most, as far as it is looked at.
_LONGEST: Final = 1 << 24


def check_above(spec: OutputSpec, path: Path, encoder: Encoder) -> None:
    """Check that a crawl's records may stand below what a file holds already.

    Args:
        spec: of the output.
        path: the file; it is there and is not empty.
        encoder: a new one; it says what a file's first line must be.

    Raises:
        BadInput: they may not.
        OSError: the file cannot be read.
    """
    if spec.format in JSON_LINES and spec.suffix:
        return
    if spec.format in JSON_LINES:
        with path.open("rb") as file:
            # The last one may have been cut off by a kill.
            first = file.readline(_LONGEST)
        if first.endswith(b"\n") and not is_whole_json(first):
            raise BadInput(f"-o {path}: its first line is no JSON; give another file, or -O")
        return
    if spec.format != "csv":
        raise BadInput(
            f"-o {path}: a file of the format {spec.format} cannot go on below what is in it; "
            "give -O, another file, or .jsonl or .csv"
        )
    with path.open("rb") as file:
        beginning = file.read(_BLOCK)
    wanted = first_line(encoder.begin(), "")
    try:
        found = first_line(beginning, spec.suffix if spec.suffix in COMPRESSED else "")
    except ValueError:
        raise BadInput(f"-o {path}: it is not compressed as its name says; give another file, or -O") from None
    if found != wanted:
        raise BadInput(
            f"-o {path}: its columns are {found.decode(errors='replace')[:200]!r}, those of this crawl "
            f"{wanted.decode()[:200]!r}; give another file, or -O"
        )


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
        return all(len(row) == len(columns) for row in csv.reader(data.decode().splitlines()) if row)
    except (ValueError, csv.Error):
        return False


def is_whole_json(line: bytes) -> bool:
    """Return whether a line is JSON."""
    try:
        from_line(line)
    except ValueError:
        return False
    return True
