"""Cookies as browser extensions export them (EditThisCookie, Cookie-Editor), and as Playwright stores them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.sessions.formats.cookies import Cookie, settings_of


def from_list(content: Any, now: float) -> dict[str, Any] | None:
    """Return the settings in a list of cookies, or in an object that has one; None when it is of another kind.

    Args:
        content: parsed JSON.
        now: seconds since 1970.

    Raises:
        BadInput: the cookies hold no session of Instagram.
    """
    cookies = content.get("cookies") if isinstance(content, dict) else content
    if not isinstance(cookies, list) or not all(isinstance(each, dict) for each in cookies):
        return None
    return settings_of(_cookies(cookies), now)


def _cookies(rows: list[dict[str, Any]]) -> Iterator[Cookie]:
    for row in rows:
        name, value, domain = row.get("name"), row.get("value"), row.get("domain") or row.get("host")
        if isinstance(name, str) and isinstance(value, str) and isinstance(domain, str):
            expires = row.get("expirationDate", row.get("expires"))
            yield Cookie(name, value, domain, float(expires) if isinstance(expires, int | float) else None)
