"""A session id by itself, or a line of cookies as a browser's network panel shows it: sent, or set by an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import quote, unquote

from igcrawl.sessions.formats.cookies import Cookie
from igcrawl.sessions.session_id import problem_of

#: Account id, secret, number, and more, with colons between them.
_SESSION_ID: Final = re.compile(r"\d{1,20}:[^\s:;,\"']{4,}(:[^\s:;,\"']+)*")
_LONGEST: Final = 8192
_BEGINS_LIKE_ONE: Final = re.compile(r"\d+(:|%3a)", re.IGNORECASE)
_NAMES_ONE: Final = re.compile(r"sessionid[\"']?\s*[=:]", re.IGNORECASE)
_LONGEST_REQUEST: Final = 1 << 16
#: A header by itself, also with its value on a line of its own, one of cURL's or wget's, or cURL's option for cookies.
_COOKIES_IN_REQUEST: Final = re.compile(
    r"^cookie(?::[ \t]*|:?[ \t]*\r?\n[ \t]*)([^\r\n]+)"
    r"|(?:-H|--header)[ =]\$?'cookie:\s*([^']+)'|(?:-b|--cookie) \$?'([^']+)'",
    re.IGNORECASE | re.MULTILINE,
)
#: As JavaScript has it: "Copy as fetch".
_COOKIES_IN_FETCH: Final = re.compile(r'"cookie":\s*("(?:[^"\\]|\\.)*")', re.IGNORECASE)
#: As PowerShell has it: one cookie with its domain, where a backtick stands before what would end the text.
_COOKIE_IN_POWERSHELL: Final = re.compile(
    r'Net\.Cookie\("((?:[^"`]|`.)*)", "((?:[^"`]|`.)*)", "(?:[^"`]|`.)*", "((?:[^"`]|`.)*)"\)'
)
_HEADER: Final = re.compile(r"^(?:set-)?cookie:\s*", re.IGNORECASE)
#: As Firefox copies a cookie from its storage panel.
_BY_COLON: Final = re.compile(r"^sessionid[\"']?\s*:\s*[\"']?", re.IGNORECASE)
#: What editors, chats and shells put around a text: quotation marks and spaces of all kinds, and what nobody sees.
_AROUND: Final = re.compile(r"^[\s\"'`\x7f-\U0010ffff]+|[\s\"'`\x7f-\U0010ffff]+$")
#: What stands behind a cookie that an answer sets, and is none.
_ATTRIBUTES: Final = frozenset(
    {"domain", "path", "expires", "max-age", "secure", "httponly", "samesite", "priority", "partitioned", "version"}
)
_GONE: Final = re.compile("-[0-9]+|0+")
#: The first second of 1970, which has passed.
_LONG_AGO: Final = 1


def is_session_id(text: str) -> bool:
    """Return whether a text looks like a session id, URL-quoted or not."""
    return len(text) <= _LONGEST and _SESSION_ID.fullmatch(unquote(text)) is not None


def may_be_session(text: str) -> bool:
    """Return whether a text that should name a file may be a session instead, a mistyped one, too: no line shows it."""
    return bool(_NAMES_ONE.search(text) or _BEGINS_LIKE_ONE.match(text.strip().strip("\"'")))


def from_request(text: str) -> list[Cookie] | None:
    """Return the cookies of a request: its headers, or as it is copied for a shell or a program; None for others."""
    if len(text) > _LONGEST_REQUEST:
        return None
    if set_one_by_one := _COOKIE_IN_POWERSHELL.findall(text):
        return [Cookie(*(re.sub("`(.)", r"\1", part) for part in each)) for each in set_one_by_one]
    if in_fetch := _COOKIES_IN_FETCH.search(text):
        with suppress(ValueError):
            return from_line(json.loads(in_fetch[1]))
    found = _COOKIES_IN_REQUEST.search(text)
    return from_line(next(filter(None, found.groups()))) if found else None


def from_line(text: str) -> list[Cookie] | None:
    """Return the cookies of ``51234567890%3A…``, ``sessionid=…`` or ``Cookie: …; sessionid=…``; None for another text.

    Args:
        text: one line.
    """
    cookies = _cookies(text)
    if all(problem_of(sessionid) is not None for sessionid in _sessionids(cookies)):
        return None
    return cookies


def problem_of_line(text: str) -> str | None:
    """Return why a line that holds a sessionid is none of use; None for one that holds none."""
    sessionids = _sessionids(_cookies(text))
    problem = problem_of(sessionids[-1]) if sessionids else None
    return None if problem is None else f"no sessionid that can work: {problem}"


def _sessionids(cookies: list[Cookie]) -> list[str]:
    return [each.value for each in cookies if each.name == "sessionid"]


def _cookies(text: str) -> list[Cookie]:
    """Return a line's cookies, two of one name, too: they may be two accounts'."""
    line = _BY_COLON.sub("sessionid=", _HEADER.sub("", _AROUND.sub("", text)))
    if len(line) > _LONGEST or "\n" in line or "\r" in line:
        return []
    groups: list[list[tuple[str, str]]] = []
    for part in line.split(";"):
        name, equals, value = (each.strip() for each in part.partition("="))
        if name.lower() not in _ATTRIBUTES and equals:
            groups.append([(name, value.strip('"'))])
        elif groups:
            groups[-1].append((name.lower(), value))
    cookies = [_cookie(*group[0], dict(group[1:])) for group in groups]
    if not _sessionids(cookies) and _BEGINS_LIKE_ONE.match(line):
        return [_cookie("sessionid", line, {})]
    return cookies


def _cookie(name: str, value: str, attributes: Mapping[str, str]) -> Cookie:
    # Max-Age counts from a moment that nobody knows, but one that is gone is gone.
    gone = _GONE.fullmatch(attributes.get("max-age", "")) is not None
    expires = _LONG_AGO if gone else attributes.get("expires")
    if name == "sessionid" and "%" not in value and problem_of(value) is None:
        # As cookies carry it.
        value = quote(value, safe="")
    return Cookie(name, value, attributes.get("domain") or "instagram.com", expires)
