"""The settings that aiograpi and instagrapi dump, and JSON objects of cookies by their names."""

from __future__ import annotations

from typing import Any

from igcrawl.sessions.formats.cookies import Cookie, settings_of


def from_object(content: dict[str, Any], now: float) -> dict[str, Any] | None:
    """Return the settings in a JSON object; None when it is of another kind.

    Args:
        content: the object.
        now: seconds since 1970.

    Raises:
        BadInput: its cookies hold no session.
    """
    if isinstance(content.get("sessionid"), str):
        return from_cookies(content, now)
    if isinstance(content.get("cookies"), list):
        return None
    return content if "authorization_data" in content or "cookies" in content else None


def from_cookies(cookies: dict[str, Any], now: float) -> dict[str, Any]:
    """Return the settings in cookies by their names, all of them Instagram's.

    Raises:
        BadInput: there is no sessionid.
    """
    pairs = [(name, value) for name, value in cookies.items() if isinstance(value, str)]
    return settings_of((Cookie(name, value, "instagram.com") for name, value in pairs), now)
