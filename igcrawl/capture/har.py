"""HAR files, in the dialects of browsers and proxies, read entry by entry: memory holds one entry, not the file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final
from urllib.parse import quote_plus, unquote_plus

import ijson  # type: ignore[import-untyped]

from igcrawl.capture.captured_request import CapturedRequest, plain_text
from igcrawl.errors import BadInput
from igcrawl.wording import counted

_ENTRIES: Final = "log.entries"
_ENTRY: Final = f"{_ENTRIES}.item"
_REQUEST: Final = f"{_ENTRY}.request"
_ANSWER: Final = f"{_ENTRY}.response.content."
#: As much of an answer as names its root.
_BEGINNING: Final = 400
_DAY: Final = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")
_CHUNK: Final = 256 * 1024


def read_har(file: BinaryIO, name: str) -> Iterator[CapturedRequest]:
    """Yield the requests of a HAR file.

    Args:
        file: at its beginning.
        name: its name, for the operator.

    Raises:
        BadInput: it is no HAR, or it is broken.
    """
    count, is_har = 0, False
    try:
        for kind, value in _parts(file):
            if kind == "har":
                is_har = True
                continue
            count += 1
            asked = _request(value)
            if asked is not None:
                yield asked
    except (ijson.JSONError, UnicodeDecodeError):
        raise BadInput(f"{name}: broken JSON after {counted(count, 'request')}: save the whole capture again") from None
    if not is_har:
        raise BadInput(f"{name}: JSON, but no HAR: it has no log.entries")


def _parts(file: BinaryIO) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ``har`` once the list of entries begins, and ``entry`` with what is of use in each."""
    entry: dict[str, Any] = {}
    builder: Any = None
    for prefix, event, value in ijson.parse(file, buf_size=_CHUNK, use_float=True):
        if prefix == _REQUEST or prefix.startswith(f"{_REQUEST}."):
            if builder is None:
                builder = ijson.ObjectBuilder()
            builder.event(event, value)
        elif prefix == f"{_ANSWER}text" and isinstance(value, str):
            entry["answer"] = value[:_BEGINNING]
        elif prefix == f"{_ANSWER}encoding":
            entry["encoding"] = value
        elif prefix == f"{_ENTRY}.startedDateTime":
            entry["seen"] = value
        elif prefix == _ENTRY and event == "end_map":
            if builder is not None:
                entry["request"] = builder.value
            yield "entry", entry
            entry, builder = {}, None
        elif prefix == _ENTRIES and event == "start_array":
            yield "har", {}


def _request(entry: Mapping[str, Any]) -> CapturedRequest | None:
    request = entry.get("request")
    if not isinstance(request, dict) or not isinstance(request.get("url"), str):
        return None
    return CapturedRequest(
        url=request["url"],
        headers={name.lower(): value for name, value in _pairs(request.get("headers"))},
        body=_body(request),
        answer=_beginning(entry),
        seen=day_of(entry.get("seen")),
    )


def _pairs(listed: Any) -> Iterator[tuple[str, str]]:
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict) and isinstance(each.get("name"), str) and isinstance(each.get("value"), str):
            yield each["name"], each["value"]


def _body(request: Mapping[str, Any]) -> str:
    """The body: text, where there is any; else a form's fields; else where HTTP Toolkit keeps what is no text."""
    for place in ("postData", "_content", "content"):
        data = request.get(place)
        if not isinstance(data, dict):
            continue
        if isinstance(data.get("text"), str) and data["text"]:
            return plain_text(data["text"], str(data.get("encoding") or data.get("_encoding") or ""))
        fields = [(unquote_plus(name), _decoded(value)) for name, value in _pairs(data.get("params"))]
        if fields:
            return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
    return ""


def _decoded(value: str) -> str:
    """A form's field without URL quoting, which some tools leave on."""
    return unquote_plus(value) if "%" in value and not value.lstrip().startswith(("{", "[")) else value


def _beginning(entry: Mapping[str, Any]) -> str:
    text = str(entry.get("answer") or "")
    if entry.get("encoding") != "base64":
        return text
    try:
        return base64.b64decode(text[: len(text) // 4 * 4]).decode("utf-8", "replace")
    except ValueError:
        return ""


def day_of(moment: Any) -> str:
    """Return the day of an ISO 8601 time, empty when it is none."""
    match = _DAY.match(moment) if isinstance(moment, str) else None
    return match[0] if match else ""
