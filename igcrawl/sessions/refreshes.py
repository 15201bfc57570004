"""Refreshes: which values that an answer hands out a session takes over.

A server's answer may be broken or hostile, and what is taken over is written into the operator's only session. So a
name must be one that a session has, and its value must have the form of that name.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

import orjson

from igcrawl.sessions.answer_cookies import is_foreign_or_gone
from igcrawl.sessions.session_id import ACCOUNT_COOKIES, account_of

#: Answer headers that refresh a part of the session, and the part.
REFRESHED: Final = {
    b"ig-set-x-mid": "mid",
    b"ig-set-ig-u-rur": "ig_u_rur",
    b"x-ig-set-www-claim": "ig_www_claim",
    b"ig-set-ig-u-shbid": "ig_u_shbid",
    b"ig-set-ig-u-shbts": "ig_u_shbts",
    b"ig-set-ig-u-ig-direct-region-hint": "ig_u_ig_direct_region_hint",
}
_AUTHORIZATION: Final = b"ig-set-authorization"
_COOKIE: Final = b"set-cookie"
#: Answer headers that hold parts of a session, in lower case.
SECRET_HEADERS: Final = frozenset({*REFRESHED, _AUTHORIZATION, _COOKIE})

#: What may stand in a cookie beside others, and in a header.
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=:%|-]{1,1024}")
#: Routes hold commas, and backslashes with quotes where the server quotes them.
_ROUTE: Final = re.compile(r"[!-:<-~]{1,1024}")
_PRINTABLE: Final = re.compile(r"[!-:<-~](?:[ -:<-~]{0,1022}[!-:<-~])?")
_SCREEN: Final = re.compile(r"[0-9x.]{1,20}")
#: The form of each cookie that a session has, beside sessionid and ds_user_id, which are the account's.
_COOKIES: Final = {
    **dict.fromkeys(("csrftoken", "mid", "ig_did", "datr", "ig_nrcb"), _TOKEN),
    **dict.fromkeys(("rur", "shbid", "shbts", "ig_direct_region_hint"), _ROUTE),
    **dict.fromkeys(("wd", "dpr"), _SCREEN),
    **dict.fromkeys(("ds_user", "urlgen", "mcd", "ig_lang", "locale", "ccode", "ps_l", "ps_n", "igfl"), _PRINTABLE),
    **dict.fromkeys(("is_starred_enabled", "ig_cb", "csrftoken_legacy", "sb", "dbln", "ig_vw"), _PRINTABLE),
}
#: The form of each part that a header refreshes.
_PARTS: Final = {name: _TOKEN if name in {"mid", "ig_www_claim"} else _ROUTE for name in REFRESHED.values()}
#: All cookies of a session together, names and values. A browser's are 2 KB.
_MOST_BYTES: Final = 16 << 10
#: A token is 0.3 KB.
_LONGEST_TOKEN: Final = 8 << 10
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_MOST_KEYS: Final = 16


@dataclass(slots=True)
class Refreshes:
    """The parts of a session that an answer refreshes.

    Args:
        parts: of the settings, by their names.
        authorization: of the Authorization header's data.
        cookies: by their names.
        dropped: names of what does not fit, none of them the server's own words.
    """

    parts: dict[str, str] = field(default_factory=dict)
    authorization: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """True if there is anything to take over."""
        return bool(self.parts or self.authorization or self.cookies)


def read_refreshes(headers: Iterable[tuple[bytes, bytes]], account: str, cookies: Mapping[str, Any]) -> Refreshes:
    """Return what a session may take over from an answer, and what it may not.

    Args:
        headers: the answer's, names in any case.
        account: the session's.
        cookies: those that the session holds: it may keep what the operator's own file brought.
    """
    found = Refreshes()
    for raw, data in headers:
        name, value = raw.lower(), data.decode("latin-1").strip()
        if name in REFRESHED and value:
            part = REFRESHED[name]
            if _PARTS[part].fullmatch(value):
                found.parts[part] = value
            else:
                found.dropped.append(part)
        elif name == _AUTHORIZATION:
            _read_authorization(value, account, found)
        elif name == _COOKIE:
            _read_cookie(value, account, cookies, found)
    return found


def _read_authorization(value: str, account: str, found: Refreshes) -> None:
    """Read a token; an empty one, which the server sends when it logs an account out, is none."""
    token = value.rpartition(":")[2]
    if not token:
        return
    try:
        data = orjson.loads(base64.b64decode(token, validate=True)) if len(token) <= _LONGEST_TOKEN else None
    except ValueError:
        data = None
    if isinstance(data, dict) and not data.get("sessionid"):
        return
    if not isinstance(data, dict) or not _is_own(data, account):
        found.dropped.append("authorization")
        return
    found.authorization |= data
    if "ds_user_id" in data:
        found.authorization["ds_user_id"] = account


def _is_own(data: dict[str, Any], account: str) -> bool:
    sessionid, owner = data["sessionid"], data.get("ds_user_id", account)
    if not isinstance(sessionid, str) or account_of(sessionid) != account or str(owner) != account:
        return False
    return len(data) <= _MOST_KEYS and all(_KEY.fullmatch(key) and _is_plain(value) for key, value in data.items())


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return value == "" or _PRINTABLE.fullmatch(value) is not None
    return value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value))


def _read_cookie(value: str, account: str, held: Mapping[str, Any], found: Refreshes) -> None:
    try:
        morsels = SimpleCookie(value)
    except CookieError:
        found.dropped.append("a cookie")
        return
    if not morsels and value:
        found.dropped.append("a cookie")
    for name, morsel in morsels.items():
        if not morsel.value or is_foreign_or_gone(morsel):
            continue
        if _fits(name, morsel.value, account, held) and _has_room({**held, **found.cookies}, name, morsel.value):
            found.cookies[name] = morsel.value
        else:
            found.dropped.append(f"cookie {name}" if name in _COOKIES or name in ACCOUNT_COOKIES else "a cookie")


def _fits(name: str, value: str, account: str, held: Mapping[str, Any]) -> bool:
    if name == "sessionid":
        return account_of(value) == account
    if name == "ds_user_id":
        return value == account
    form = _COOKIES.get(name, _PRINTABLE if name in held else None)
    return form is not None and form.fullmatch(value) is not None


def _has_room(held: Mapping[str, Any], name: str, value: str) -> bool:
    """Return whether the cookies stay within their limit with this one, or it is no larger than the one it replaces."""
    if name in held and len(value) <= len(str(held[name])):
        return True
    others = sum(len(each) + len(str(text)) for each, text in held.items() if each != name)
    return others + len(name) + len(value) <= _MOST_BYTES
