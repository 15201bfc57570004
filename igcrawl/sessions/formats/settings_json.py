"""The settings that aiograpi and instagrapi dump, and JSON objects of cookies by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.browser_json import EXPIRES, plain_key
from igcrawl.sessions.formats.cookies import Cookie, choose
from igcrawl.sessions.session_id import account_of, problem_of

_PARTS = ("authorization_data", "cookies")


def is_settings(content: Any) -> bool:
    """Return whether parsed JSON is settings, and no list of cookies."""
    if not isinstance(content, dict) or isinstance(content.get("cookies"), list):
        return False
    return any(part in content for part in _PARTS) and not isinstance(content.get("sessionid"), str)


def from_settings(content: dict[str, Any], account: str | None) -> dict[str, Any]:
    """Return settings that are one account's.

    Args:
        content: the settings.
        account: whose session is taken, where there are those of two.

    Raises:
        BadInput: a sessionid in them cannot work, or they are of two accounts.
    """
    held = {part: content[part].get("sessionid") for part in _PARTS if isinstance(content.get(part), dict)}
    found = {part: sessionid for part, sessionid in held.items() if isinstance(sessionid, str) and sessionid}
    for part, sessionid in found.items():
        problem = problem_of(sessionid)
        if problem is not None:
            raise BadInput(f"no sessionid that can work: in {part}, {problem}: log in again")
    if not found:
        return content
    owners = {part: account_of(sessionid) or "" for part, sessionid in found.items()}
    chosen = choose(list(dict.fromkeys(owners.values())), account)
    return {name: part for name, part in content.items() if owners.get(name, chosen) == chosen}


def from_names(content: Mapping[str, Any]) -> list[Cookie] | None:
    """Return cookies by their names, all of them Instagram's; None where there is no sessionid."""
    if not isinstance(content.get("sessionid"), str):
        return None
    ends = [key for key in content if plain_key(key) in EXPIRES]
    expires = next((content[key] for key in ends if plain_key(key) != "maxage"), None)
    held = {name: value for name, value in content.items() if name not in ends and not isinstance(value, bool)}
    pairs = [(name, str(value)) for name, value in held.items() if isinstance(value, str | int)]
    return [Cookie(name, value, "instagram.com", expires if name == "sessionid" else None) for name, value in pairs]
