"""A capture's file: which format it is, and all that it shows."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from igcrawl.capture.calls import Unnamed, calls_of
from igcrawl.capture.captured_request import CapturedRequest
from igcrawl.capture.curl import COMMAND, read_curl
from igcrawl.capture.har import read_har
from igcrawl.capture.seen_query import SeenQuery
from igcrawl.errors import BadInput
from igcrawl.paths import unreadable

_START: Final = 64 * 1024
_LONGEST_TEXT: Final = 32 * 1024 * 1024
#: How a HAR file begins.
_HAR: Final = re.compile(r'\{\s*"log"\s*:')
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(slots=True)
class Capture:
    """Contents of a capture file.

    Args:
        requests: how many requests it holds, of all kinds and to all hosts.
        seen_queries: the GraphQL calls to Instagram, each query, id and set of variables once, where it came last.
        unnamed: ids of calls that have no name.
    """

    requests: int = 0
    seen_queries: list[SeenQuery] = field(default_factory=list)
    unnamed: set[str] = field(default_factory=set)


def read_capture(path: Path, names: Mapping[str, str], hosts: frozenset[str] = frozenset()) -> Capture:
    """Return what a HAR file, or a text of `curl` commands, shows.

    Args:
        path: the file; it may be compressed with gzip.
        names: friendly names by id, for calls that have none.
        hosts: names of hosts, beside Instagram's own, that stand for them.

    Raises:
        BadInput: it cannot be read, is broken, or is neither.
    """
    capture = Capture()
    seen_queries: dict[tuple[str, str, tuple[str, ...]], SeenQuery] = {}
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            plain = gzip.GzipFile(fileobj=file) if compressed else file
            for asked in requests_in(plain, str(path)):
                capture.requests += 1
                for call in calls_of(asked, hosts, names):
                    if isinstance(call, Unnamed):
                        capture.unnamed.add(call.doc_id)
                    else:
                        key = call.name, call.doc_id, call.variables
                        seen_queries.pop(key, None)
                        seen_queries[key] = call
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BadInput(f"{path}: its gzip compression is broken: save the capture again") from None
    except OSError as error:
        raise BadInput(f"{path}: {unreadable(path, error)}") from None
    capture.seen_queries = list(seen_queries.values())
    return capture


def is_capture(start: bytes) -> bool:
    """Return whether a file that begins so is a HAR file, or a text of `curl` commands."""
    text = _beginning(start[:_START], _encoding_of(start))
    return COMMAND.search(text) is not None or _HAR.match(text) is not None


def _encoding_of(start: bytes) -> str:
    return next((encoding for bom, encoding in _BOMS if start.startswith(bom)), "utf-8")


def _beginning(start: bytes, encoding: str) -> str:
    return start.decode(encoding, "replace").lstrip()


def requests_in(file: BinaryIO | gzip.GzipFile, name: str) -> Iterator[CapturedRequest]:
    """Yield the requests of a HAR file, or of a text of `curl` commands.

    Args:
        file: at its beginning.
        name: its name, for the operator.

    Raises:
        BadInput: it is broken, or neither.
    """
    start = file.read(_START)
    encoding = _encoding_of(start)
    text = _beginning(start, encoding)
    if not text:
        raise BadInput(f"{name}: empty; expected a HAR file or the text of Copy as cURL")
    if COMMAND.search(text):
        start += file.read(_LONGEST_TEXT)
        if len(start) > _LONGEST_TEXT:
            raise BadInput(f"{name}: more than 32 MB of cURL text: save a HAR file instead")
        yield from read_curl(start.decode(encoding, "replace"), name)
    elif text.startswith("{") and encoding != "utf-16":
        file.seek(3 if encoding == "utf-8-sig" else 0)
        yield from read_har(file, name)  # type: ignore[arg-type]
    else:
        raise BadInput(f"{name}: neither a HAR file nor the text of Copy as cURL")
