"""The same calls as different tools write them down."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

#: What no file of ours may hold after an import: the session and people.
SECRETS = ("SESSIONSECRET", "CSRFSECRET", "TOKENSECRET", "25025320", "alice.smith", "787132")
NEW_FOLLOWERS = "284797047900000000000000000001"
NEW_PROFILE = "31111111111111111"

APP_VARIABLES: dict[str, Any] = {
    "user_id": "25025320",
    "skip_suggested_users": True,
    "skip_more_groups_available": True,
    "skip_friendship_followers_fields": True,
    "request_data": {"rank_token": "TOKENSECRET", "enableGroups": True},
    "skip_page_size": True,
    "skip_has_more": True,
    "search_surface": "follow_list_page",
    "query": "alice.smith",
    "skip_big_list": True,
    "include_unseen_count": True,
    "enable_new_badges": True,
    "viewer_name": "alice.smith",
    "is_close_friend": True,
    "by_account": {"787132": {"alice": True}, "bob": True},
}
APP_FORM = {
    "method": "post",
    "fb_api_req_friendly_name": "FollowersList",
    "variables": json.dumps(APP_VARIABLES),
    "client_doc_id": NEW_FOLLOWERS,
}
WEB_FORM = {
    "av": "787132",
    "fb_dtsg": "TOKENSECRET",
    "fb_api_req_friendly_name": "PolarisProfilePageContentQuery",
    "variables": json.dumps(
        {
            "enable_integrity_filters": True,
            "id": "25025320",
            "render_surface": "PROFILE",
            "__relay_internal__pv__PolarisCannesGuardianExperienceEnabledrelayprovider": True,
            "__relay_internal__pv__PolarisCASB976ProfileEnabledrelayprovider": False,
            "__relay_internal__pv__PolarisWebSchoolsEnabledrelayprovider": False,
            "__relay_internal__pv__PolarisRepostsConsumptionEnabledrelayprovider": False,
            "__relay_internal__pv__PolarisLongformEnabledrelayprovider": False,
        }
    ),
    "doc_id": NEW_PROFILE,
}
APP_URL = "https://i.instagram.com/graphql/query"
WEB_URL = "https://www.instagram.com/graphql/query"
_HEADERS = {
    "Cookie": "sessionid=SESSIONSECRET; csrftoken=CSRFSECRET",
    "Authorization": "Bearer IGT:2:TOKENSECRET",
    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
}
APP_HEADERS = {
    **_HEADERS,
    "X-FB-Friendly-Name": "FollowersList",
    "X-Root-Field-Name": "xdt_api__v1__friendships__followers",
}


def entry(url: str, post: dict[str, Any] | None = None, answer: str = "{}", **request: Any) -> dict[str, Any]:
    """An entry as HAR 1.2 has it; a `headers` of None is the usual one."""
    headers = request.pop("headers", None) or _HEADERS
    body = {} if post is None else {"postData": post}
    return {
        "startedDateTime": "2026-11-20T10:00:00.123Z",
        "time": 12.5,
        "request": {
            "method": "GET" if post is None else "POST",
            "url": url,
            "httpVersion": "HTTP/2",
            "cookies": [{"name": "sessionid", "value": "SESSIONSECRET"}],
            "headers": [{"name": name, "value": value} for name, value in headers.items()],
            "queryString": [],
            "headersSize": -1,
            "bodySize": 100,
            **body,
            **request,
        },
        "response": {
            "status": 200,
            "headers": [{"name": "Set-Cookie", "value": "sessionid=SESSIONSECRET"}],
            "content": {"size": len(answer), "mimeType": "text/javascript", "text": answer},
        },
        "cache": {},
        "timings": {"send": 0.1, "wait": 10, "receive": 2},
    }


def har(*entries: dict[str, Any], creator: str = "WebInspector") -> str:
    """A HAR file's text."""
    return json.dumps({"log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": entries}})


def devtools() -> str:
    """Chromium: text, and fields that are still quoted."""
    post = {
        "mimeType": "application/x-www-form-urlencoded",
        "text": urlencode(WEB_FORM),
        "params": [{"name": "doc_id", "value": NEW_PROFILE}],
    }
    app = {"mimeType": "application/x-www-form-urlencoded", "text": urlencode(APP_FORM)}
    return har(entry(WEB_URL, post), entry(APP_URL, app, headers=APP_HEADERS), entry("https://www.instagram.com/"))


def charles() -> str:
    """Charles: a byte order mark, fields without a text, and a compressed body as base64."""
    app = {
        "mimeType": "application/x-www-form-urlencoded",
        "text": base64.b64encode(gzip.compress(urlencode(APP_FORM).encode())).decode(),
        "encoding": "base64",
    }
    web = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": name, "value": value} for name, value in WEB_FORM.items()],
    }
    return "\ufeff" + har(entry(APP_URL, app, headers=APP_HEADERS), entry(WEB_URL, web), creator="Charles Proxy")


def mitmproxy() -> str:
    """mitmproxy: text and fields, and a compressed body where it could not be read."""
    app = {"mimeType": "application/x-www-form-urlencoded", "text": urlencode(APP_FORM), "params": []}
    web = {
        "mimeType": "application/x-www-form-urlencoded",
        "text": gzip.compress(urlencode(WEB_FORM).encode()).decode("latin-1"),
        "params": [],
    }
    return har(entry(APP_URL, app, headers=APP_HEADERS), entry(WEB_URL, web), creator="mitmproxy")


def proxyman() -> str:
    """Proxyman: fields that are still quoted, no text."""
    quoted = [pair.split("=") for pair in urlencode(WEB_FORM).split("&")]
    web = {"mimeType": "", "params": [{"name": name, "value": value} for name, value in quoted]}
    app = {"mimeType": "", "text": base64.b64encode(gzip.compress(urlencode(APP_FORM).encode())).decode()}
    return har(entry(WEB_URL, web), entry(APP_URL, app, headers=APP_HEADERS), creator="Proxyman")


def http_toolkit() -> str:
    """HTTP Toolkit: what is no text stands beside `postData`."""
    app = {
        "text": base64.b64encode(gzip.compress(urlencode(APP_FORM).encode())).decode(),
        "size": 100,
        "encoding": "base64",
    }
    web = {"mimeType": "application/x-www-form-urlencoded", "text": urlencode(WEB_FORM)}
    return har(entry(APP_URL, _content=app, headers=APP_HEADERS), entry(WEB_URL, web), creator="HTTP Toolkit")


def curl_bash() -> str:
    """Chromium's Copy all as cURL (bash)."""
    web, app = urlencode(WEB_FORM), urlencode(APP_FORM)
    return (
        f"curl '{WEB_URL}' \\\n  -H 'accept: */*' \\\n  -b 'sessionid=SESSIONSECRET' \\\n"
        f"  -H $'x-note: it\\'s \\u0041' \\\n  --data-raw '{web}' ;\n"
        f"curl '{APP_URL}' \\\n  -X 'POST' \\\n  -H 'X-Root-Field-Name: xdt_api__v1__friendships__followers' \\\n"
        f"  --data-raw $'{app}\\u0026x=\\u0021' --compressed\n"
    )


def curl_cmd() -> str:
    """Chromium's Copy all as cURL (cmd)."""

    def escaped(text: str) -> str:
        return "".join(f"^{character}" if character in "%&^<>|" else character for character in text)

    web, app = escaped(urlencode(WEB_FORM)), escaped(urlencode(APP_FORM))
    return (
        f'curl ^"{WEB_URL}^" ^\r\n  -H ^"accept: */*^" ^\r\n  -b ^"sessionid=SESSIONSECRET^" ^\r\n'
        f'  -H ^"sec-ch-ua: ^\\^"Chromium^\\^";v=^\\^"140^\\^"^" ^\r\n  --data-raw ^"{web}^" ^&\r\n'
        f'curl ^"{APP_URL}^" ^\r\n  --data-raw ^"{app}^"\r\n'
    )


DIALECTS = {
    "devtools.har": devtools,
    "charles.har": charles,
    "mitmproxy.har": mitmproxy,
    "proxyman.har": proxyman,
    "http-toolkit.har": http_toolkit,
    "bash.txt": curl_bash,
    "cmd.txt": curl_cmd,
}


def write(folder: Path, name: str) -> Path:
    """Write a dialect's file."""
    path = folder / name
    path.write_bytes(DIALECTS[name]().encode())
    return path
