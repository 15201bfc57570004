"""Signing: a wire request + a session -> URL, headers and body. Pure; called last, just before sending."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, quote_plus

import orjson

from igcrawl.operations.call import HeaderProfile, SessionValue, WireRequest
from igcrawl.sessions.session import Session

_WEB_USER_AGENT: Final = (
    "Instagram 273.0.0.16.70 (iPhone15,2; iOS 17_5_1; en_US; en-US; scale=3.00; 1290x2796; 470085518)"
)
_BROWSER_USER_AGENT: Final = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_6) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/11.1.2 Safari/605.1.15"
)

#: What the app sends whoever is logged in (tests/wire/_mobile_headers.json).
_APP_CONSTANTS: Final = {
    "Accept": "*/*",
    "X-IG-Bandwidth-Speed-KBPS": "-1.000",
    "X-IG-Bandwidth-TotalBytes-B": "0",
    "X-IG-Bandwidth-TotalTime-MS": "0",
    "X-Bloks-Is-Layout-RTL": "false",
    "X-Bloks-Is-Panorama-Enabled": "true",
    "x-fb-connection-type": "WIFI",
    "X-IG-Connection-Type": "WIFI",
    "X-IG-Capabilities": "3brTv10=",
    "X-IG-App-ID": "567067343352427",
    "Priority": "u=3",
    "X-FB-HTTP-Engine": "Tigon/MNS/TCP",
    "X-Tigon-Is-Retry": "False",
    "X-Zero-Balance": "INIT",
    "X-Zero-Eh": "",
    "X-Zero-State": "unknown",
    "Zero-HTTP-Network-Interface": "wifi",
    "X-FB-Client-IP": "True",
    "X-FB-Server-Cluster": "True",
    "X-IG-Nav-Chain": "9MV:self_profile:2,ProfileMediaTabFragment:self_profile:3,9Xf:self_following:4",
}

_QUOTED: Final = {code: quote_plus(chr(code)) for code in range(128)}
#: Where a page of the web holds the token that its queries send along (tests/wire/README.md).
_LSD: Final = re.compile(rb'"LSD",\[\],\{"token":"([^"\\]{1,200})"\}')


@dataclass(frozen=True, slots=True, repr=False)
class SignedRequest:
    """A signed request. Holds credentials: never logged, queued or kept.

    Args:
        path: path and query string.
        headers: in the order in which they are sent.
        body: empty for GET.
    """

    path: str
    headers: Mapping[str, str]
    body: bytes


class Signer:
    """Signs the requests of one run.

    Args:
        session: as whom.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        #: The app's Pigeon session, one a run.
        self._run_id = f"UFS-{uuid.uuid4()}-1"
        self._app_block: dict[str, str] = {}
        self._app_block_version = -1
        self._lsd = ""

    def take_page(self, body: bytes) -> None:
        """Take over the LSD token of a page of the web; a page without one leaves none."""
        found = _LSD.search(body)
        self._lsd = found[1].decode("latin-1") if found else ""

    @property
    def version(self) -> tuple[int, str]:
        """Tells the values that it signs with from others."""
        return self._session.version, self._lsd

    def secrets(self) -> list[str]:
        """Return every value that must not be written: the session's, and the token of its page."""
        return [*self._session.secrets, self._lsd]

    def sign(self, request: WireRequest, now: float) -> SignedRequest:
        """Attach the session to a request.

        Args:
            request: what is asked.
            now: seconds since 1970.
        """
        path, body = request.path, b""
        if request.query:
            path += "?" + _encoded(self._filled(request.query))
        if request.form is not None:
            body = _encoded(self._filled(request.form)).encode()
        elif request.signed_body is not None:
            content = orjson.dumps(self._filled(request.signed_body))
            body = f"signed_body=SIGNATURE.{quote(content, safe='')}".encode()
        if request.header_profile is HeaderProfile.APP:
            block = {**self._app_headers(), "X-Pigeon-Rawclienttime": f"{now:.3f}"}
        elif request.header_profile is HeaderProfile.NOBODY:
            block = {"Accept": "*/*", "User-Agent": _BROWSER_USER_AGENT}
        else:
            block = self._web_headers(request.header_profile)
        return SignedRequest(path, {**block, **self._filled(request.headers)}, body)

    def _filled(self, template: Mapping[str, Any]) -> dict[str, Any]:
        return {key: filled for key, value in template.items() if (filled := self._value(value)) is not None}

    def _value(self, value: Any) -> Any:
        if type(value) is str:
            return value
        if isinstance(value, SessionValue):
            held = self._lsd if value.name == "lsd" else getattr(self._session, value.name)
            return None if value.optional and not held else held
        return self._filled(value) if isinstance(value, dict) else value

    def _app_headers(self) -> dict[str, str]:
        """The app's header block (tests/wire/_mobile_headers.json); made again only when the session was refreshed."""
        session = self._session
        if self._app_block_version != session.version:
            self._app_block = _app_block(session, self._run_id)
            self._app_block_version = session.version
        return self._app_block

    def _web_headers(self, header_profile: HeaderProfile) -> dict[str, str]:
        session = self._session
        cookies = {"sessionid": session.sessionid, "ds_user_id": session.ds_user_id, "mid": session.mid}
        cookie = "; ".join(f"{name}={value}" for name, value in cookies.items() if value)
        if header_profile is HeaderProfile.BROWSER:
            language, agent = "en-US", _BROWSER_USER_AGENT
            return {"Accept": "*/*", "Accept-Language": language, "User-Agent": agent, "Cookie": cookie}
        return {
            "Accept": "*/*",
            "Accept-Language": "en-US,en;q=0.8",
            "User-Agent": _WEB_USER_AGENT,
            "Referer": "https://www.instagram.com/",
            "Cookie": cookie,
        }


def _encoded(fields: Mapping[str, Any]) -> str:
    return "&".join(f"{_quoted(name)}={_quoted(str(value))}" for name, value in fields.items())


def _quoted(text: str) -> str:
    """Quote a name or value of a form; nearly all are plain ASCII, for which a table is ten times as fast."""
    return text.translate(_QUOTED) if text.isascii() else quote_plus(text)


def _app_block(session: Session, run_id: str) -> dict[str, str]:
    held = {
        "X-IG-App-Locale": session.locale,
        "X-IG-Device-Locale": session.locale,
        "X-IG-Mapped-Locale": session.locale,
        "X-Pigeon-Session-Id": run_id,
        "X-IG-App-Startup-Country": session.country,
        "X-Bloks-Version-Id": session.bloks_versioning_id,
        "X-IG-WWW-Claim": session.www_claim,
        "X-IG-Device-ID": session.uuid,
        "X-IG-Family-Device-ID": session.phone_id,
        "X-IG-Android-ID": session.android_device_id,
        "X-IG-Timezone-Offset": session.timezone_offset,
        "User-Agent": session.user_agent,
        "Accept-Language": ", ".join(dict.fromkeys((session.locale.replace("_", "-"), "en-US"))),
        "X-MID": session.mid,
        "IG-INTENDED-USER-ID": session.ds_user_id,
        "IG-U-DS-USER-ID": session.ds_user_id,
        "IG-U-RUR": session.rur,
        "IG-U-SHBID": session.shbid,
        "IG-U-SHBTS": session.shbts,
        "IG-U-IG-DIRECT-REGION-HINT": session.direct_region_hint,
        "Authorization": session.authorization,
    }
    return _APP_CONSTANTS | {name: value for name, value in held.items() if value}
