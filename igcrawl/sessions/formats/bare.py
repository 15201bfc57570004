"""A session id by itself, or a line of cookies as a browser's network panel shows it."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote, unquote

from igcrawl.sessions.formats.settings_json import from_cookies

#: Account id, secret, number, and more, with colons between them.
_SESSION_ID: Final = re.compile(r"\d{1,20}:[^\s:;,\"']{4,}(:[^\s:;,\"']+)*")
_LONGEST: Final = 8192


def is_session_id(text: str) -> bool:
    """Return whether a text is a session id, URL-quoted or not."""
    return len(text) <= _LONGEST and _SESSION_ID.fullmatch(unquote(text)) is not None


def from_line(text: str, now: float) -> dict[str, Any] | None:
    """Return the settings of ``51234567890%3A…``, ``sessionid=…`` or ``Cookie: …; sessionid=…``; None for another text.

    Args:
        text: one line.
        now: seconds since 1970.
    """
    line = re.sub(r"^cookie:\s*", "", text.strip().strip("\"'"), flags=re.IGNORECASE)
    if len(line) > _LONGEST or "\n" in line:
        return None
    pairs = dict(part.strip().split("=", 1) for part in line.split(";") if "=" in part)
    pairs = {name: value.strip().strip('"') for name, value in pairs.items()} if "sessionid" in pairs else {}
    sessionid = pairs.get("sessionid", line)
    if not is_session_id(sessionid):
        return None
    # As cookies carry it.
    return from_cookies({**pairs, "sessionid": sessionid if "%" in sessionid else quote(sessionid, safe="")}, now)
