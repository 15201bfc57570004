"""Bytes of an answer -> one plain dict: several documents merged, canonical names undone, whatever the content type.

Facts about the server, from recorded answers:

- Canonical naming writes ``1$root(args)`` for ``root``, and prefixes scalars by their type: ``1ltaken_at``, ``1flat``.
- Streamed GraphQL is newline-separated documents; later ones carry `path` (from `data`) and the `data` to merge there.
- Streamed REST is newline-separated documents without paths; later ones refine earlier ones.
- ``for (;;);`` or a byte order mark may come first.

What no output can hold is replaced here, in every text, key and cursor: NUL and halves of a surrogate pair become
U+FFFD, what is no finite number becomes null. Bytes that are no UTF-8 were spoilt on their way.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

import orjson

from igcrawl.errors import MalformedAnswer, Transient
from igcrawl.parsing.fields import ID_KEYS
from igcrawl.parsing.json_paths import kind_name
from igcrawl.parsing.values import WrongKind, take_media_id

#: A quote before the digit that is not escaped can only open a string, and one before a colon can only end a key, so
#: this matches keys and nothing else. It begins with what can be searched for fast.
_CANONICAL: Final = re.compile(
    rb'"1(?<!\\"1)(?:[lf]([a-z_]\w*)|\$(\w+)(?:\((?:[^"\\]|\\.)*\))?)"(?=\s*:)',
)
_CANONICAL_STEP: Final = re.compile(r"1\$(\w+)(?:\(.*\))?", re.DOTALL)

#: An escaped surrogate pair, or half of one: names cut in the middle of an emoji end so, which JSON parsers refuse.
_LONE_SURROGATE: Final = re.compile(
    rb"\\\\|(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
)
#: A stream whose rows come in a worse order than this is no stream of the server's.
_MOST_PASSES: Final = 50
_DEEPEST: Final = 100
#: So far below a root stand the things that it is about.
_DEEPEST_THING: Final = 4
#: Keys under which rows of a list hold the thing that they are about.
_WRAPPING: Final = ("media", "user", "hashtag", "place", "keyword")
_NUL: Final = re.compile(rb"\\\\|\\u0000")
_UNKNOWN: Final = "\N{REPLACEMENT CHARACTER}"
#: Whole numbers beyond these are read as floats, since no writer could follow.
_LEAST_WHOLE: Final = -(1 << 63)
_MOST_WHOLE: Final = (1 << 64) - 1
_LONGEST_WHOLE: Final = len(str(_MOST_WHOLE))
#: More documents than a stream has, and more values than a large answer: each costs many times its bytes.
_MOST_DOCUMENTS: Final = 200
_MOST_VALUES: Final = 1_000_000
_LARGE: Final = 1 << 20
_BETWEEN_VALUES: Final = (b",", b":", b"[", b"{", b"\n")
#: What JSON begins with.
_OPENING: Final = frozenset(bytes((byte,)) for byte in b'{["-0123456789tfnNI')
_GUARD: Final = b"for (;;);"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def read_envelope(body: bytes, operation: str, *, graphql: bool = True) -> dict[str, Any]:
    """Return the answer as one plain dict with plain names.

    Args:
        body: the decompressed body.
        operation: name of the operation, for messages.
        graphql: whether a query was asked: only its answers have canonical names.

    Raises:
        Transient: the body is empty, cut, not JSON at all, or has more values than an answer.
        MalformedAnswer: it is JSON, but not an envelope.
    """
    if len(body) > _LARGE and sum(map(body.count, _BETWEEN_VALUES)) > _MOST_VALUES:
        raise Transient(f"{operation}: the answer has more than {_MOST_VALUES} values")
    body = _bare(body)
    documents = _documents(_CANONICAL.sub(_plain_key, body) if graphql else body, operation)
    base = documents[0]
    if not isinstance(base, dict):
        raise MalformedAnswer(operation, "answer", f"expected an object, got {kind_name(base)}")
    early: list[tuple[dict[str, Any], str]] = []
    for number, row in enumerate(documents[1:], start=2):
        if not isinstance(row, dict):
            raise MalformedAnswer(operation, f"document {number}", f"expected an object, got {kind_name(row)}")
        if "path" in row:
            if not _merge_at_path(base, row, f"document {number}", operation):
                early.append((row, f"document {number}"))
            _take_extensions(base, row)
        else:
            _refine(base, row)
    _merge_early(base, early, operation)
    return base


def is_unfinished(envelope: dict[str, Any]) -> bool:
    """Return whether a streamed answer says that more of it was to come."""
    extensions = envelope.get("extensions")
    return isinstance(extensions, dict) and extensions.get("is_final") in (False, "false")


def _bare(body: bytes) -> bytes:
    """Take away what comes before the document, in whatever order it comes."""
    while True:
        bare = body.strip().removeprefix(_BYTE_ORDER_MARK).removeprefix(_GUARD)
        if len(bare) == len(body):
            return body
        body = bare


def _plain_key(key: re.Match[bytes]) -> bytes:
    return b'"' + (key[1] or key[2]) + b'"'


def _documents(body: bytes, operation: str) -> list[Any]:
    """Parse one document, or one a line."""
    if not body:
        raise Transient(f"{operation}: the answer is empty")
    if body[:1] not in _OPENING:
        # Each further attempt to read it would copy it.
        raise Transient(f"{operation}: the answer is cut or is no JSON (it begins with {body[:1]!r})")
    # A body mostly has no backslash: looking for one byte takes a fortieth of the time.
    if b"\\" in body and b"\\u0000" in body:
        body = _NUL.sub(_storable, body)
    try:
        return [orjson.loads(body)]
    except orjson.JSONDecodeError as error:
        whole = error
    if b"\\ud" in body or b"\\uD" in body:
        body = _LONE_SURROGATE.sub(_storable, body)
    lines = [line for line in map(_bare, body.splitlines()) if line]
    several = [lines] if len(lines) <= _MOST_DOCUMENTS else []
    for parse in (orjson.loads, _parse_odd):
        for documents in ([body], *several):
            try:
                return [parse(document) for document in documents]
            except (ValueError, RecursionError):
                continue
    raise Transient(f"{operation}: the answer is cut or is no JSON ({whole.msg} at byte {whole.pos})")


def _storable(found: re.Match[bytes]) -> bytes:
    """Keep escaped backslashes and pairs; put the replacement character in place of NUL and of half a pair."""
    pair = found.group(1) if found.re is _LONE_SURROGATE else None
    return found.group() if pair or found.group() == b"\\\\" else b"\\ufffd"


def _parse_odd(document: bytes) -> Any:
    """Parse what is JSON but for control characters, halves of surrogate pairs as bytes, and numbers that are none.

    Raises:
        ValueError: it is cut, or no JSON either.
        RecursionError: it is nested without end.
    """
    text = document.decode("utf-8", "surrogatepass").replace("\0", _UNKNOWN)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return json.loads(
        text,
        strict=False,
        parse_int=_whole,
        parse_float=_finite,
        parse_constant=lambda name: None,
    )


def _whole(digits: str) -> int | float | None:
    number = int(digits) if len(digits) <= _LONGEST_WHOLE else None
    return number if number is not None and _LEAST_WHOLE <= number <= _MOST_WHOLE else _finite(digits)


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _take_extensions(base: dict[str, Any], row: dict[str, Any]) -> None:
    """Let a streamed row say whether it is the last."""
    later = row.get("extensions")
    if isinstance(later, dict):
        earlier = base.get("extensions")
        base["extensions"] = {**(earlier if isinstance(earlier, dict) else {}), **later}


def _merge_early(base: dict[str, Any], early: list[tuple[dict[str, Any], str]], operation: str) -> None:
    """Merge rows that came before what they belong to; those that point past the end of it all are passed over."""
    for _ in range(_MOST_PASSES):
        left = [(row, place) for row, place in early if not _merge_at_path(base, row, place, operation)]
        if not left or len(left) == len(early):
            return
        early = left


def _merge_at_path(base: dict[str, Any], row: dict[str, Any], place: str, operation: str) -> bool:
    """Merge a streamed row where its path points, and say whether there is such a place yet."""
    path, value = row["path"], row.get("data")
    if not isinstance(path, list) or not all(isinstance(step, str | int) for step in path):
        raise MalformedAnswer(operation, f"{place}.path", "expected a list of keys and indexes")
    data = base.setdefault("data", {})
    if value is None or data is None:
        return True
    if not path:
        _refine(base, {"data": value})
        return True
    steps = [_CANONICAL_STEP.sub(r"\1", step) if isinstance(step, str) else step for step in path]
    parent = data
    for step in steps[:-1]:
        parent = _step(parent, step, place, operation)
        if parent is None:
            return False
    return _put(parent, steps[-1], value, place, operation)


def _step(parent: Any, step: str | int, place: str, operation: str) -> Any:
    if isinstance(parent, dict) and isinstance(step, str):
        return parent.get(step)
    if isinstance(parent, list) and isinstance(step, int):
        return parent[step] if 0 <= step < len(parent) else None
    if not isinstance(parent, dict | list):
        # A value of another kind stands where the row belongs.
        return None
    raise MalformedAnswer(operation, f"{place}.path", f"{step!r} leads into {kind_name(parent)}")


def _put(parent: Any, step: str | int, value: Any, place: str, operation: str) -> bool:
    current = _step(parent, step, place, operation)
    if isinstance(current, dict) and isinstance(value, dict):
        _refine(current, value)
        return True
    value = current if _hides(value, current) else value
    if isinstance(parent, dict):
        parent[step] = value
    elif isinstance(parent, list) and isinstance(step, int) and 0 <= step <= len(parent):
        parent[step : step + 1] = [value]
    else:
        return False
    return True


def _refine(base: dict[str, Any], later: dict[str, Any], depth: int = 0) -> None:
    """Let a later document refine an earlier one: objects key by key, lists of things by their id.

    Deeper than any answer is, the later value replaces the earlier one: a call stack has an end. A value of another
    kind does not replace things that are there.
    """
    for key, value in later.items():
        current = base.get(key)
        if depth < _DEEPEST and isinstance(current, dict) and isinstance(value, dict):
            _refine(current, value, depth + 1)
        elif depth < _DEEPEST and isinstance(current, list) and isinstance(value, list):
            base[key] = _refined_list(current, value, depth + 1)
        elif key not in base or not (value is None or _hides(value, current)):
            base[key] = value


def _hides(value: Any, current: Any) -> bool:
    """Return whether a value of another kind would hide things that are there."""
    return type(value) is not type(current) and _holds_things(current)


def _holds_things(value: Any, depth: int = _DEEPEST_THING) -> bool:
    if not value or depth == 0 or not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return _identity(value) is not None or any(_holds_things(entry, depth - 1) for entry in inner)


def _refined_list(earlier: list[Any], later: list[Any], depth: int) -> list[Any]:
    """Join lists of things; a list in which nothing has an id is replaced as a whole."""
    known = {identity: row for row in earlier if (identity := _identity(row)) is not None}
    if earlier and not known:
        return later
    merged = list(earlier)
    for row in later:
        identity = _identity(row)
        if identity is not None and identity in known:
            _refine(known[identity], row, depth)
        else:
            merged.append(row)
    return merged


def _identity(row: Any) -> str | None:
    """The id of a listed thing: its own, or that of what it wraps."""
    if not isinstance(row, dict):
        return None
    wrapping = next((key for key in _WRAPPING if isinstance(row.get(key), dict)), "")
    for kind, thing in (("", row), (wrapping, row[wrapping] if wrapping else {})):
        for key in ID_KEYS:
            if key in thing and (found := _number(thing[key])) is not None:
                return f"{kind}:{found}"
    return None


def _number(value: Any) -> str | None:
    """Return a thing's own number, None where the value is no id."""
    try:
        found = take_media_id(value)
    except WrongKind:
        return None
    return None if found is None else found.partition("_")[0]
