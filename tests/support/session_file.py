"""A session file with a value in every place, none of them anybody's."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import orjson

#: The session's own.
ACCOUNT: Final = "51234567890"
SESSIONID: Final = f"{ACCOUNT}%3AsEcReTsEsSiOnId%3A12%3AAYdTestOnlyTestOnlyTestOnly"


def session_settings() -> dict[str, Any]:
    return {
        "uuids": {
            "phone_id": "11111111-aaaa-4bbb-8ccc-000000000001",
            "uuid": "22222222-aaaa-4bbb-8ccc-000000000002",
            "client_session_id": "33333333-aaaa-4bbb-8ccc-000000000003",
            "advertising_id": "44444444-aaaa-4bbb-8ccc-000000000004",
            "android_device_id": "android-0123456789abcdef",
        },
        "mid": "ZtestMIDvalue0123456789",
        "ig_u_rur": "RVA,51234567890,1806000000:01f7testonly",
        "ig_www_claim": "hmac.AR3testonlytestonly",
        "authorization_data": {
            "ds_user_id": ACCOUNT,
            "sessionid": SESSIONID,
            "should_use_header_over_cookies": True,
        },
        "cookies": {"csrftoken": "csrfTestOnlyTestOnlyTestOnly"},
        "device_settings": {"app_version": "385.0.0.47.74"},
        "user_agent": "Instagram 385.0.0.47.74 Android (33/13; 420dpi; 1080x2400; test; test; test; qcom; de_DE; 1)",
        "country": "DE",
        "locale": "de_DE",
        "timezone_offset": 3600,
    }


def write_session(path: Path, settings: dict[str, Any] | None = None) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(orjson.dumps(settings or session_settings()))
    return path


def secrets_of(settings: dict[str, Any]) -> dict[str, str]:
    """Every value of a session that must not be written anywhere, by name."""
    found = {f"uuids.{name}": value for name, value in settings.get("uuids", {}).items()}
    found |= {f"cookies.{name}": value for name, value in settings.get("cookies", {}).items()}
    found |= {name: settings[name] for name in ("mid", "ig_u_rur", "ig_www_claim") if settings.get(name)}
    found["sessionid"] = settings["authorization_data"]["sessionid"]
    found["authorization"] = base64.b64encode(orjson.dumps(settings["authorization_data"])).decode()
    return {name: value for name, value in found.items() if name != "cookies.ds_user_id" and len(value) > 5}


def encodings_of(secret: str) -> dict[str, bytes]:
    """The forms in which a secret could be written."""
    plain = secret.encode()
    return {
        "plain": plain,
        "URL-quoted": quote(secret, safe="").encode(),
        "base64": base64.b64encode(plain).rstrip(b"="),
        "JSON": orjson.dumps(secret)[1:-1],
    }
