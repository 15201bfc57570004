"""A session id by itself, or a line of cookies as a browser's network panel shows it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote

from igcrawl.sessions.formats.cookies import Cookie
from igcrawl.sessions.session_id import problem_of

#: Account id, secret, number, and more, with colons between them.
_SESSION_ID: Final = re.compile(r"\d{1,20}:[^\s:;,\"']{4,}(:[^\s:;,\"']+)*")
_LONGEST: Final = 8192


def is_session_id(text: str) -> bool:
    """Return whether a text looks like a session id, URL-quoted or not."""
    return len(text) <= _LONGEST and _SESSION_ID.fullmatch(unquote(text)) is not None


def from_line(text: str) -> list[Cookie] | None:
    """Return the cookies of ``51234567890%3A…``, ``sessionid=…`` or ``Cookie: …; sessionid=…``; None for another text.

    Args:
        text: one line.
    """
    pairs = _pairs(text)
    if pairs is None or problem_of(pairs["sessionid"]) is not None:
        return None
    sessionid = pairs["sessionid"]
    # As cookies carry it.
    pairs["sessionid"] = sessionid if "%" in sessionid else quote(sessionid, safe="")
    return [Cookie(name, value, "instagram.com") for name, value in pairs.items()]


def problem_of_line(text: str) -> str | None:
    """Return why a line that holds a sessionid is none of use; None for one that holds none."""
    pairs = _pairs(text)
    problem = None if pairs is None else problem_of(pairs["sessionid"])
    return None if problem is None else f"no sessionid that can work: {problem}"


def _pairs(text: str) -> dict[str, str] | None:
    line = re.sub(r"^cookie:\s*", "", text.strip().strip("\"'"), flags=re.IGNORECASE)
    if len(line) > _LONGEST or "\n" in line:
        return None
    pairs = dict(part.strip().split("=", 1) for part in line.split(";") if "=" in part)
    if "sessionid" in pairs:
        return {name: value.strip().strip('"') for name, value in pairs.items()}
    return {"sessionid": line} if re.match(r"\d+(:|%3a)", line, re.IGNORECASE) else None
