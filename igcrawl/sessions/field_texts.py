"""Texts of a session's settings: none holds what would end a header's line, and headers and cookies are in ASCII."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
#: Settings that become headers, by themselves or with all that they hold.
_SENT: Final = frozenset(
    {
        *("mid", "ig_www_claim", "ig_u_rur", "ig_u_shbid", "ig_u_shbts", "ig_u_ig_direct_region_hint"),
        *("user_agent", "locale", "country", "timezone_offset", "bloks_versioning_id", "uuids", "cookies"),
        *("authorization_data.sessionid", "authorization_data.ds_user_id", "device_settings.bloks_versioning_id"),
    }
)
#: Other keys may be anything, a value that slipped among them, too.
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_STRANGE: Final = "?"


def problem_of_texts(settings: Mapping[str, Any]) -> str | None:
    """Return the first field that no header can carry, and why, without its value; None where all is well.

    Args:
        settings: of a session.
    """
    for field, text in _texts(settings):
        if not _is_sent(field):
            # Other programs keep notes of their own in it.
            continue
        if _CONTROL.search(text):
            return f"{field} holds a control character"
        if not text.isascii():
            return f"{field} holds a character that no header can carry: expected ASCII"
    return None


def _is_sent(field: str) -> bool:
    return field in _SENT or field.partition(".")[0] in _SENT


def _texts(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each text with its field's name, keys too: those of cookies are sent. No file is too deep for it."""
    waiting: list[tuple[str, Any]] = [("", settings)]
    while waiting:
        field, value = waiting.pop()
        if isinstance(value, str):
            yield field, value
        elif isinstance(value, Mapping):
            for key, held in value.items():
                named = ".".join(filter(None, (field, key if _KEY.fullmatch(key) else _STRANGE)))
                yield named, key
                waiting.append((named, held))
        elif isinstance(value, list | tuple):
            waiting += [(field, held) for held in value]
