"""Files whose records stand between an opening and a closing, as in JSON and XML: where further records may follow."""

from __future__ import annotations

import mmap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat

from igcrawl.errors import BadInput
from igcrawl.output.output import OutputSpec

_BLOCK: Final = 1 << 16


def place_for_more(spec: OutputSpec, path: Path) -> int:
    """Return how many bytes of a file stay as they are when records follow those in it: all before its closing.

    Args:
        spec: of the output, which encloses its records.
        path: the file; it is there and is not empty.

    Returns:
        0 for a file without a record, of which nothing needs to stay.

    Raises:
        BadInput: no records can follow in a valid file.
        OSError: the file cannot be read.
    """
    encoder = spec.encoder()
    opening, closing = encoder.begin().strip(), encoder.end().strip()
    with path.open("rb") as file:
        problem = _CHECKS[opening[:1]](file)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            end = _end_of_text(data, len(data))
            if problem is None and data[max(end - len(closing), 0) : end] != closing:
                problem = f"it does not end with {closing.decode()}"
            if problem is not None:
                raise BadInput(f"-o {path}: {problem}; give another file, or -O")
            place = _end_of_text(data, end - len(closing))
            is_empty = place < _BLOCK and data[:place].strip() == opening
            return 0 if is_empty else place


def _end_of_text(data: mmap.mmap, end: int) -> int:
    """Return where text ends behind which only blanks stand."""
    while end and data[end - 1 : end].isspace():
        end -= 1
    return end


def _check_array(file: BinaryIO) -> str | None:
    """Return what keeps a file from being an array of JSON, None for nothing."""
    import ijson  # type: ignore[import-untyped]  # noqa: PLC0415 - few runs need it

    try:
        events = ijson.basic_parse(file, buf_size=_BLOCK)
        first, _ = next(events, (None, None))
        for _ in events:
            pass
    except (ijson.JSONError, UnicodeDecodeError):
        return "it is no complete JSON"
    return None if first == "start_array" else "it is no array of JSON"


def _check_document(file: BinaryIO) -> str | None:
    """Return what keeps a file from being a document of XML in UTF-8, None for nothing."""
    encodings: list[str] = []
    parser = expat.ParserCreate()
    parser.XmlDeclHandler = lambda _, encoding, __: encodings.append(encoding or "utf-8")
    try:
        parser.ParseFile(file)
    except (expat.ExpatError, ValueError, LookupError):
        return "it is no complete XML"
    return None if all(each.lower() == "utf-8" for each in encodings) else "it is not written in UTF-8"


#: By what a file of the kind begins with.
_CHECKS: Final[Mapping[bytes, Callable[[BinaryIO], str | None]]] = {b"[": _check_array, b"<": _check_document}
