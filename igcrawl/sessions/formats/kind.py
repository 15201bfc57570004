"""Formats that are imported and not used as they are, told by a glance."""

from __future__ import annotations

from typing import Any, Final

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.bare import from_line, problem_of_line
from igcrawl.sessions.formats.browser_json import from_json
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
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        return _kind_of_text(content[:_GLANCE].decode("utf-8", "replace").strip())
    return _kind_of_json(parsed)


def _kind_of_json(parsed: Any) -> str | None:
    if is_settings(parsed):
        return None
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
    return "a sessionid by itself" if from_line(text) or problem_of_line(text) else None
