"""The session the simulator accepts: made from the seed, checked on every request, refreshed on demand."""

import json
import os
import tempfile
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote
from uuid import UUID

from igcrawl.simulator.answers import Answer, login_page, login_redirect, login_required
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.validation import check_number, check_whole

DS_USER_ID = "58001234567"
_BEARER = "Bearer IGT:2:"
_USER_AGENT = (
    "Instagram 449.0.0.52.84 Android "
    "(34/14; 480dpi; 1344x2992; Google/google; Pixel 8 Pro; husky; husky; en_US; 1079242191)"
)
_DEVICE = {
    "android_version": 34, "android_release": "14", "dpi": "480dpi", "resolution": "1344x2992",
    "manufacturer": "Google/google", "device": "husky", "model": "Pixel 8 Pro", "cpu": "husky",
    "app_version": "449.0.0.52.84", "version_code": "1079242191",
    "bloks_versioning_id": "799db3e387d7a21a19c72918b8698b6cd28a1516ade363792c100ed45a0f9f0b",
}  # fmt: skip


_FIRST_LOGIN = 1775669050.0


@dataclass(slots=True)
class _Life:
    """One sessionid's: since when it is good, and how often it was used."""

    born: float
    used: int = 0


class Sessions:
    """Knows which sessionids are good, and says no the way Instagram does.

    Mobile and REST want `Authorization: Bearer IGT:2:` with base64 of the JSON {ds_user_id, sessionid, …}; the web
    host wants the cookie `sessionid`. The first answer to a session carries a new claim and route, as real ones do.

    A sessionid expires after so many requests or so many seconds, whichever comes first: from then on it gets what a
    dead one gets.

    Raises SimulatorError for a lifetime out of range.
    """

    def __init__(
        self,
        seed: int,
        clock: Callable[[], float] = time.time,
        *,
        expires_after_requests: int | None = None,
        expires_after_seconds: float | None = None,
    ) -> None:
        if expires_after_requests is not None:
            check_whole("expires_after_requests", expires_after_requests, 1, 10**9)
        if expires_after_seconds is not None:
            check_number("expires_after_seconds", expires_after_seconds, 0.001, 10**9)
        self._most_requests, self._most_seconds = expires_after_requests, expires_after_seconds
        self._key = seed.to_bytes(8, "big", signed=True)
        self._clock = clock
        self._generation = 0
        self._last_login = _FIRST_LOGIN
        self._good: dict[str, _Life] = {}
        self._bear(self._sessionid(0))
        self._greeted = False
        self.second_factor = False

    def _secret(self, what: str) -> str:
        return blake2b(what.encode(), digest_size=32, key=self._key).hexdigest()

    def _uuid(self, what: str) -> str:
        return str(UUID(self._secret(what)[:32], version=4))

    def _sessionid(self, generation: int) -> str:
        secret = self._secret(f"sessionid {generation}")
        return f"{DS_USER_ID}%3A{secret[:14]}%3A{generation % 100}%3AAYf{secret[14:50]}"

    @property
    def settings(self) -> dict[str, object]:
        """Return the session as the settings JSON that aiograpi and instagrapi write."""
        sessionid = self._sessionid(self._generation)
        uuids = ("phone_id", "uuid", "client_session_id", "advertising_id", "request_id", "tray_session_id")
        return {
            "uuids": {name: self._uuid(name) for name in uuids}
            | {"android_device_id": "android-" + self._secret("android")[:16]},
            "mid": "Z" + self._secret("mid")[:27],
            "ig_u_rur": None,
            "ig_www_claim": None,
            "authorization_data": {
                "ds_user_id": DS_USER_ID,
                "sessionid": sessionid,
                "should_use_header_over_cookies": True,
            },
            "cookies": {
                "sessionid": sessionid,
                "ds_user_id": DS_USER_ID,
                "mid": "Z" + self._secret("mid")[:27],
                "csrftoken": self._secret("csrf")[:32],
            },
            "last_login": self._last_login,
            "device_settings": dict(_DEVICE),
            "user_agent": _USER_AGENT,
            "country": "US",
            "country_code": 1,
            "locale": "en_US",
            "timezone_offset": -14400,
        }

    @property
    def username(self) -> str:
        """Return the name that the login wants."""
        return "simulated.operator"

    @property
    def password(self) -> str:
        """Return the password that the login wants."""
        return self._secret("password")[:16]

    @property
    def code(self) -> str:
        """Return the code of the second factor, which is asked for when `second_factor` is set."""
        return str(int(self._secret("code"), 16))[-6:]

    def renew(self) -> dict[str, object]:
        """Log in again, from the same device, and return the new settings; sessions that are good stay so."""
        self._generation += 1
        self._last_login = max(self._clock(), self._last_login + 1)
        self._bear(self._sessionid(self._generation))
        self._greeted = False
        return self.settings

    def count(self, ask: Ask) -> None:
        """Count a request for the life of its sessionid."""
        for sessionid in {unquote(each) for each in (_in_header(ask), ask.cookies.get("sessionid")) if each}:
            life = self._good.get(sessionid)
            if life is not None:
                life.used += 1

    def identify(self, ask: Ask) -> str | None:
        """Return the ds_user_id of a good session, from the header or the cookie; None for none or a bad one."""
        for sessionid in (_in_header(ask), ask.cookies.get("sessionid")):
            if sessionid is not None and self._is_good(sessionid):
                return DS_USER_ID
        return None

    def refusal(self, ask: Ask) -> Answer | None:
        """Return the answer that turns a request away, or None when it may pass.

        Mobile and REST: 401 without an Authorization, 403 with a wrong one. Web: a redirect to the login page
        without the cookie, the login page itself with a wrong one. Pages need no session.
        """
        if ask.surface in ("mobile", "rest"):
            if "Authorization" not in ask.headers:
                return login_required(401)
            sessionid = _in_header(ask)
            return None if sessionid is not None and self._is_good(sessionid) else login_required(403)
        if ask.surface == "web":
            cookie = ask.cookies.get("sessionid")
            if not cookie:
                return login_redirect(ask.path)
            return None if self._is_good(cookie) else login_page()
        return None

    def _bear(self, sessionid: str) -> None:
        self._good[unquote(sessionid)] = _Life(self._clock())

    def _is_good(self, sessionid: str) -> bool:
        life = self._good.get(unquote(sessionid))
        if life is None or (self._most_requests is not None and life.used > self._most_requests):
            return False
        return self._most_seconds is None or self._clock() < life.born + self._most_seconds

    def greeting(self) -> dict[str, str]:
        """Return the headers of the very first answer of a session (claim and route), and none after that."""
        if self._greeted:
            return {}
        self._greeted = True
        return {"x-ig-set-www-claim": self._claim(), "ig-set-ig-u-rur": self._route()}

    def refresh(self, surface: str, *, revoke: bool) -> dict[str, str]:
        """Make a new sessionid good and return the headers that hand it out; with `revoke` the old ones die."""
        self._generation += 1
        sessionid = self._sessionid(self._generation)
        if revoke:
            self._good.clear()
        self._bear(sessionid)
        headers = {"ig-set-ig-u-rur": self._route(), "x-ig-set-www-claim": self._claim()}
        if surface == "web":
            flags = "Path=/; HttpOnly"
            return headers | {"Set-Cookie": f"sessionid={sessionid}; {flags}"}
        return headers | {
            "ig-set-authorization": bearer({"ds_user_id": DS_USER_ID, "sessionid": sessionid}),
            "ig-set-x-mid": "Z" + self._secret(f"mid {self._generation}")[:27],
        }

    def revoke_all(self) -> None:
        """Let every sessionid handed out so far die, as when somebody changes the password."""
        self._good.clear()

    def _claim(self) -> str:
        return "hmac.AR" + self._secret(f"claim {self._generation}")[:46]

    def _route(self) -> str:
        return f"CLN,{DS_USER_ID},1807205050:01f7{self._secret(f'route {self._generation}')[:60]}"


def bearer(authorization: dict[str, object]) -> str:
    """Return the Authorization header of the app for this authorization data."""
    data = authorization | {"should_use_header_over_cookies": True}
    return _BEARER + b64encode(json.dumps(data, separators=(",", ":")).encode()).decode()


def _in_header(ask: Ask) -> str | None:
    header = ask.headers.get("Authorization", "")
    if not header.startswith(_BEARER):
        return None
    try:
        data = json.loads(b64decode(header.removeprefix(_BEARER), validate=True))
    except ValueError:
        return None
    if not isinstance(data, dict) or str(data.get("ds_user_id")) != DS_USER_ID:
        return None
    sessionid = data.get("sessionid")
    return sessionid if isinstance(sessionid, str) else None


def write_session(settings: dict[str, object], path: Path) -> None:
    """Write a session file that only its owner may read, in one step: a reader never sees half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".session-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(settings, file, indent=1)
        Path(name).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(name).unlink()
        raise
