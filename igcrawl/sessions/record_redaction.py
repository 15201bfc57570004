"""Secrets of the session that a good page repeats, in a name or a URL, leave its records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any, Final, get_args, get_type_hints

import orjson

from igcrawl.items import Record, texts_of
from igcrawl.items.field_rules import own_fields
from igcrawl.sessions.redaction import Redaction

#: What holds no text.
_PLAIN: Final = frozenset({int, float, bool, type(None)})
#: What is the operator's own, a word of ours, or digits.
_OURS: Final = frozenset({"owner_pk", "direction", "pk"})


def redact_records(records: Sequence[Any], redaction: Redaction) -> None:
    """Take secrets out of records, in place.

    All texts of a page are searched at once, which takes a fraction of what it takes to read the page.

    Args:
        records: of one page.
        redaction: knows the secrets.
    """
    kinds: set[Any] = set(map(type, records))
    for kind in kinds:
        own = records if len(kinds) == 1 else [record for record in records if type(record) is kind]
        names = _names(kind) if issubclass(kind, Record) else ()
        if redaction.finds_any("\n".join(_texts(own, name) for name in names)):
            for record in own:
                _redact(record, names, redaction)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """Return the fields that may hold a server's text; ids were checked when they were read."""
    hints = get_type_hints(kind)
    names = (field.name for field in own_fields(kind) if field.name not in _OURS)
    return tuple(name for name in names if not frozenset(get_args(hints[name]) or (hints[name],)) <= _PLAIN)


def _texts(records: Sequence[Any], name: str) -> str:
    """Return all that a field holds as text, a line or more each."""
    texts = texts_of(records, name)
    if texts is not None:
        return texts
    values = filter(None, map(attrgetter(name), records))
    return "\n".join(value if type(value) is str else _as_text(value) for value in values)


def _as_text(value: Any) -> str:
    """Return JSON of a value: its quotes are in no piece that is searched for."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return repr(value)


def _redact(record: Any, names: tuple[str, ...], redaction: Redaction) -> None:
    for name in names:
        value = getattr(record, name)
        cleared = redact_value(value, redaction)
        if cleared is not value:
            setattr(record, name, cleared)


def redact_value(value: Any, redaction: Redaction) -> Any:
    """Return a value of JSON without secrets, keys included; the value itself where it holds none."""
    if isinstance(value, str):
        cleared = redaction.text(value)
        return value if cleared == value else cleared
    if isinstance(value, dict):
        pairs = {redact_value(key, redaction): redact_value(entry, redaction) for key, entry in value.items()}
        same = all(mine is theirs for mine, theirs in zip(chain(*pairs.items()), chain(*value.items()), strict=False))
        return value if same and len(pairs) == len(value) else pairs
    if isinstance(value, list | tuple):
        entries = [redact_value(entry, redaction) for entry in value]
        return value if all(mine is theirs for mine, theirs in zip(entries, value, strict=True)) else entries
    return value
