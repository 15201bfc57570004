"""Cookies as JSON: of browser extensions, Playwright, Selenium, Puppeteer; each calls the same things otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.cookies import Cookie

#: What each part of a cookie is called, in lower case and without what is no letter; the surest first.
_NAME: Final = ("nameraw", "name", "key", "cookiename")
_VALUE: Final = ("valueraw", "contentraw", "value", "content", "cookievalue")
_DOMAIN: Final = ("domainraw", "hostraw", "domain", "host", "hostkey", "hostname", "site", "url")
EXPIRES: Final = (
    *("expiresraw", "expirationdate", "expires", "expiry", "expiration", "expiresutc", "expiresat", "expiretime"),
    *("validuntil", "maxage"),
)
_NO_LETTERS: Final = re.compile("[^a-z]")
#: So deep below the top may the list stand.
_DEEPEST: Final = 4
_LONGEST_KEYS: Final = 100


def from_json(content: Any) -> list[Cookie] | None:
    """Return the cookies in a list, or in an object that has one; None when it is of another kind.

    Args:
        content: parsed JSON.

    Raises:
        BadInput: a cookie, perhaps Instagram's, is in another form.
    """
    rows = _rows(content)
    return None if rows is None else list(_cookies(rows))


def plain_key(key: str) -> str:
    """Return a key as the tables of this module have it."""
    return _NO_LETTERS.sub("", key.lower())


def _rows(content: Any, depth: int = _DEEPEST) -> list[dict[str, Any]] | None:
    if isinstance(content, list):
        return content if all(isinstance(each, dict) for each in content) else None
    if not isinstance(content, dict) or depth == 0:
        return None
    if _first(_plain(content), _NAME) is not None and _first(_plain(content), _VALUE) is not None:
        return [content]
    for key in sorted(content, key=lambda key: plain_key(key) != "cookies"):
        # Beside the cookies, Playwright lists origins.
        if plain_key(key) == "cookies" or isinstance(content[key], dict):
            found = _rows(content[key], depth - 1)
            if found:
                return found
    return None


def _cookies(rows: list[dict[str, Any]]) -> Iterator[Cookie]:
    plain = [_plain(row) for row in rows]
    # A list that names no site is one of the site that it was exported for.
    site = None if any(_first(row, _DOMAIN) for row in plain) else "instagram.com"
    for number, row in enumerate(plain, 1):
        name, value = _first(row, _NAME), _first(row, _VALUE)
        domain = site or _first(row, _DOMAIN)
        if isinstance(domain, str) and not Cookie("", "", domain).is_instagram:
            continue
        if not isinstance(name, str) or not isinstance(domain, str) or not _is_value(value, row):
            # Nobody knows that it is another site's.
            raise _unreadable(rows[number - 1], number)
        # Max-Age counts from a moment that nobody knows.
        expires = _first({key: held for key, held in row.items() if key != "maxage"}, EXPIRES)
        yield Cookie(name, "" if value is None else str(value), domain, expires)


def _is_value(value: Any, row: Mapping[str, Any]) -> bool:
    return isinstance(value, str | int) or (value is None and any(key in row for key in _VALUE))


def _unreadable(row: Mapping[str, Any], number: int) -> BadInput:
    keys = ", ".join(key for key in row if re.fullmatch(r"[A-Za-z][A-Za-z _-]{0,30}", key))[:_LONGEST_KEYS]
    return BadInput(f"cookie {number}: its keys are {keys or 'unknown'}; expected name, value and domain as text")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {plain_key(key): value for key, value in row.items()}


def _first(row: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((row[key] for key in keys if row.get(key) is not None), None)
