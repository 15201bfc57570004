"""Formats that are imported and not used as they are, told by a glance."""

from __future__ import annotations

from typing import Any, Final

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.bare import from_line, from_request, problem_of_line
from igcrawl.sessions.formats.browser_json import from_json
from igcrawl.sessions.formats.encodings import decoded
from igcrawl.sessions.formats.firefox import is_database
from igcrawl.sessions.formats.instaloader import is_pickle
from igcrawl.sessions.formats.netscape import is_cookies_txt
from igcrawl.sessions.formats.settings_json import from_names, is_settings

#: More than a glance reads of a file: a line of cookies is shorter.
_GLANCE: Final = 1 << 20


def kind_of(content: bytes) -> str | None:
    """Return what a file holds that only an import makes a session file; None for settings, and for anything else.

    Args:
        content: the file.
    """
    if is_pickle(content):
        return "a session file of instaloader"
    if is_database(content):
        return "a browser's cookies"
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        return _kind_of_text(decoded(content[:_GLANCE]).strip())
    return _kind_of_json(parsed)


def _kind_of_json(parsed: Any) -> str | None:
    if is_settings(parsed):
        return None
    if isinstance(parsed, dict) and isinstance(parsed.get("log"), dict):
        return "a HAR"
    if isinstance(parsed, dict) and from_names(parsed) is not None:
        return "cookies by their names"
    try:
        cookies = from_json(parsed)
    except BadInput:
        return "a browser's cookies"
    return "a browser's cookies" if cookies else None


def _kind_of_text(text: str) -> str | None:
    if is_cookies_txt(text):
        return "a browser's cookies"
    if from_line(text) or problem_of_line(text):
        return "a sessionid by itself"
    return "a request copied from a browser" if from_request(text) or "sessionid=" in text else None
