"""The operator's session: what it holds and what the server refreshes. Pure: no Scrapy, no files.

Its settings are the JSON that aiograpi and instagrapi write, so theirs work as they are.
"""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions.field_texts import problem_of_texts
from igcrawl.sessions.refreshes import SECRET_HEADERS, Refreshes, read_refreshes
from igcrawl.sessions.session_id import ACCOUNT_COOKIES

#: The app version that the wire files were recorded with sends this when a session names no other.
DEFAULT_BLOKS_VERSION: Final = "799db3e387d7a21a19c72918b8698b6cd28a1516ade363792c100ed45a0f9f0b"
DEFAULT_USER_AGENT: Final = (
    "Instagram 385.0.0.47.74 Android (26/8.0.0; 480dpi; 1080x1920; OnePlus; 6T Dev; devitron; qcom; en_US; 378906843)"
)
#: Shorter values ("0", "1", "RVA") are no secrets and stand in every answer.
_SHORTEST_SECRET: Final = 8
#: Cookies that are no secrets: who the account is, and how large a screen was.
_PUBLIC: Final = frozenset({"ds_user_id", "ds_user", "wd", "dpr"})
_AUTHORIZATION: Final = "Bearer IGT:2:"
#: Names device ids are made from when a file lacks them: the same account always gets the same ones.
_DEVICES: Final = uuid.UUID("8f0e7c2a-5d0b-4a58-9d5a-6c8b7a1f4e21")


class Session:
    """One account's session.

    Args:
        settings: the parsed file. Keys that igcrawl does not know are kept and written back.
        where: where the settings come from, for messages.

    Raises:
        BadInput: it has no session id or no account id, or a text that no header can carry.
    """

    def __init__(self, settings: dict[str, Any], where: str = "session") -> None:
        self._settings = settings
        self.version = 0
        #: Names of what answers would have refreshed, had it been of its form.
        self.dropped: list[str] = []
        self._check_kinds(where)
        if not self.sessionid:
            raise BadInput(f"{where}: no sessionid, neither in authorization_data nor in cookies: log in again")
        # A zero before it would make it another account's name, with another budget.
        if not (self.ds_user_id.isascii() and self.ds_user_id.isdecimal()) or self.ds_user_id.startswith("0"):
            raise BadInput(f"{where}: no ds_user_id, neither in authorization_data nor in cookies: log in again")

    def __repr__(self) -> str:
        return f"<Session of {self.ds_user_id}>"

    def _check_kinds(self, where: str) -> None:
        for key in ("authorization_data", "cookies", "uuids", "device_settings"):
            part = self._settings.get(key) or {}
            if not isinstance(part, dict):
                raise BadInput(f"{where}: {key} is not an object")
            if not isinstance(part.get("sessionid", ""), str):
                raise BadInput(f"{where}: sessionid in {key} is not text")
        problem = problem_of_texts(self._settings)
        if problem is not None:
            raise BadInput(f"{where}: {problem}")

    def _part(self, key: str) -> dict[str, Any]:
        part = self._settings.get(key)
        if not isinstance(part, dict):
            part = self._settings[key] = {}
        return part

    def _text(self, key: str, default: str = "") -> str:
        value = self._settings.get(key)
        return default if value in (None, "") else str(value)

    def _device(self, key: str) -> str:
        return str(self._part("uuids").get(key) or "")

    @property
    def authorization_data(self) -> dict[str, Any]:
        """Value of the Authorization header; made from the cookies if the file has only those."""
        known = {"ds_user_id": self.ds_user_id, "sessionid": self.sessionid, "should_use_header_over_cookies": True}
        data = self._part("authorization_data")
        return {**data, **{name: value for name, value in known.items() if name not in data}}

    @property
    def authorization(self) -> str:
        """Value of the Authorization header."""
        return _AUTHORIZATION + base64.b64encode(orjson.dumps(self.authorization_data)).decode()

    @property
    def sessionid(self) -> str:
        """The session id, as cookies carry it."""
        return str(self._part("authorization_data").get("sessionid") or self._part("cookies").get("sessionid") or "")

    @property
    def ds_user_id(self) -> str:
        """The account's own id. A session id starts with it, so a file with nothing else still tells."""
        known = self._part("authorization_data").get("ds_user_id") or self._part("cookies").get("ds_user_id")
        return str(known or unquote(self.sessionid).partition(":")[0])

    @cached_property
    def fingerprint(self) -> str:
        """Tells this session of the account from another one; leads nobody back to it."""
        return hashlib.sha256(unquote(self.sessionid).encode()).hexdigest()[:16]

    @property
    def csrftoken(self) -> str:
        """The csrftoken cookie, "" without one."""
        return str(self._part("cookies").get("csrftoken") or "")

    @property
    def mid(self) -> str:
        """The machine id, "" without one."""
        return self._text("mid") or str(self._part("cookies").get("mid") or "")

    @property
    def www_claim(self) -> str:
        """The claim that the server handed out; "0" before it did."""
        return self._text("ig_www_claim", "0")

    @property
    def rur(self) -> str:
        """The routing header's value, "" without one."""
        return self._text("ig_u_rur")

    @property
    def shbid(self) -> str:
        """The routing header's value, "" without one."""
        return self._text("ig_u_shbid")

    @property
    def shbts(self) -> str:
        """The routing header's value, "" without one."""
        return self._text("ig_u_shbts")

    @property
    def direct_region_hint(self) -> str:
        """The routing header's value, "" without one."""
        return self._text("ig_u_ig_direct_region_hint")

    @property
    def uuid(self) -> str:
        """The device's UUID."""
        return self._device("uuid") or self._made_up("uuid")

    @property
    def phone_id(self) -> str:
        """The UUID that a phone's apps share."""
        return self._device("phone_id") or self._made_up("phone_id")

    @property
    def android_device_id(self) -> str:
        """The device's Android id."""
        return self._device("android_device_id") or "android-" + self._made_up("android").replace("-", "")[:16]

    def _made_up(self, name: str) -> str:
        return str(uuid.uuid5(_DEVICES, f"{self.ds_user_id}/{name}"))

    @property
    def user_agent(self) -> str:
        """The app's User-Agent."""
        return self._text("user_agent", DEFAULT_USER_AGENT)

    @property
    def locale(self) -> str:
        """Language and country, with an underscore."""
        return self._text("locale", "en_US").replace("-", "_")

    @property
    def country(self) -> str:
        """Country code, upper case."""
        return self._text("country", "US").upper()

    @property
    def timezone_offset(self) -> str:
        """Seconds east of UTC."""
        return self._text("timezone_offset", "0")

    @property
    def bloks_versioning_id(self) -> str:
        """The app's Bloks version."""
        device = self._part("device_settings").get("bloks_versioning_id")
        return self._text("bloks_versioning_id", str(device or DEFAULT_BLOKS_VERSION))

    @cached_property
    def secrets(self) -> tuple[str, ...]:
        """Every value that must not be written anywhere but into the session's own file, longest first."""
        held = [self.authorization.removeprefix(_AUTHORIZATION), self.sessionid, unquote(self.sessionid)]
        held += [self.mid, self.rur, self.shbid, self.shbts, self.uuid, self.phone_id, self.android_device_id]
        held += [self.www_claim, self.direct_region_hint, *map(str, self._part("uuids").values())]
        for part in ("cookies", "authorization_data"):
            held += [str(value) for name, value in self._part(part).items() if name not in _PUBLIC]
        return tuple(sorted({value for value in held if len(value) >= _SHORTEST_SECRET}, key=len, reverse=True))

    def refresh(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Take over what an answer refreshes and say whether anything changed.

        Args:
            headers: the answer's headers, names in any case.
        """
        news = [(name, value) for name, value in headers if name.lower() in SECRET_HEADERS]
        if not news:
            return False
        found = read_refreshes(news, self.ds_user_id, self._part("cookies"))
        self.dropped += found.dropped
        if not found:
            return False
        before = orjson.dumps(self._settings, option=orjson.OPT_SORT_KEYS)
        self._take(found)
        changed = orjson.dumps(self._settings, option=orjson.OPT_SORT_KEYS) != before
        if changed:
            self._begin_version()
        return changed

    def _begin_version(self) -> None:
        """Count a change, and forget what was made of the values before it."""
        self.version += 1
        vars(self).pop("secrets", None)
        vars(self).pop("fingerprint", None)

    def _take(self, found: Refreshes) -> None:
        authorization, cookies = self._part("authorization_data"), self._part("cookies")
        self._settings.update(found.parts)
        if found.authorization:
            authorization.update(found.authorization)
            if "sessionid" in cookies:
                cookies["sessionid"] = found.authorization["sessionid"]
        cookies.update(found.cookies)
        if "mid" in found.cookies:
            self._settings["mid"] = found.cookies["mid"]
        if authorization:
            authorization.update({name: found.cookies[name] for name in ACCOUNT_COOKIES if name in found.cookies})

    def become(self, other: Session) -> None:
        """Go on as another session of the same account, e.g. as the one that another process has refreshed."""
        self._settings = orjson.loads(other.dump())
        self._begin_version()

    def dump(self) -> bytes:
        """Return the settings as JSON, for the session's own file and nothing else."""
        return orjson.dumps(self._settings, option=orjson.OPT_INDENT_2)
