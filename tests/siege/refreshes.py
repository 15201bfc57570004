"""Refreshes of which nothing may be taken over, whatever they look like."""

from __future__ import annotations

import base64
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import load_session, save_session
from tests.siege.tally import Tally
from tests.support.session_file import session_settings

ACCOUNT = "51234567890"
NEWER = f"{ACCOUNT}%3AnEwErSeCrEt0%3A7%3AAYdNewer-Only_Newer"
#: What a saved session may come to: the settings of these tests are 1.5 KB.
MOST_BYTES = 40_000

Header = tuple[bytes, bytes]


def cookie(name: str, value: str, rest: str = "; Domain=.instagram.com; Path=/; Secure") -> Header:
    return b"Set-Cookie", f"{name}={value}{rest}".encode("latin-1")


def bearer(data: Any) -> Header:
    return b"ig-set-authorization", b"Bearer IGT:2:" + base64.b64encode(orjson.dumps(data))


def login(**changes: Any) -> dict[str, Any]:
    return {"ds_user_id": ACCOUNT, "sessionid": NEWER, "should_use_header_over_cookies": True, **changes}


def word(chance: random.Random, most: int = 30) -> str:
    return "".join(chance.choices("abcXYZ019_-", k=chance.randint(1, most)))


#: Hostile refreshes, of which nothing may be taken over.
HOSTILE: dict[str, Callable[[random.Random], list[Header]]] = {
    "an account id that is none": lambda chance: [cookie("ds_user_id", word(chance) + "x")],
    "another account's id": lambda chance: [cookie("ds_user_id", str(chance.randrange(10**9)))],
    "an account id with a zero before it": lambda chance: [cookie("ds_user_id", f"0{ACCOUNT}")],
    "an account id in other digits": lambda chance: [cookie("ds_user_id", "\xb2\xb3")],
    "another account's sessionid": lambda chance: [cookie("sessionid", f"{chance.randrange(10**9)}%3Asecret%3A1")],
    "a sessionid that is none": lambda chance: [cookie("sessionid", word(chance))],
    "a masked sessionid": lambda chance: [cookie("sessionid", f"{ACCOUNT}%3A***")],
    "a sessionid with nothing behind the account": lambda chance: [cookie("sessionid", f"{ACCOUNT}%3A")],
    "a sessionid with a NUL": lambda chance: [cookie("sessionid", f"{ACCOUNT}%3Asec%00ret%3A1")],
    "a sessionid with a line": lambda chance: [cookie("sessionid", f"{ACCOUNT}%3Asec%0D%0Aret%3A1")],
    "an endless sessionid": lambda chance: [cookie("sessionid", f"{ACCOUNT}%3A{'s' * 5000}%3A1")],
    "an unknown cookie": lambda chance: [cookie(f"x{word(chance)}", word(chance))],
    "450 unknown cookies": lambda chance: [cookie(f"c{number}", "v" * 8000) for number in range(450)],
    "a cookie named like a part": lambda chance: [cookie("authorization_data", word(chance))],
    "an endless csrftoken": lambda chance: [cookie("csrftoken", "c" * chance.randint(1025, 9000))],
    "a csrftoken with blanks": lambda chance: [cookie("csrftoken", '"a b\\011c"')],
    "a csrftoken with a NUL": lambda chance: [cookie("csrftoken", '"a\\000b"')],
    "a mid that smuggles a cookie": lambda chance: [cookie("mid", '"x\\073 sessionid=1"')],
    "a mid of bytes": lambda chance: [cookie("mid", "\xff\xfe\x80")],
    "a header with a NUL": lambda chance: [(b"ig-set-x-mid", b"a\0b")],
    "a header with bytes": lambda chance: [(b"ig-set-ig-u-rur", bytes(chance.choices(range(128, 256), k=9)))],
    "a header with a control character": lambda chance: [(b"x-ig-set-www-claim", b"hmac.a\x1b[2J")],
    "an endless header": lambda chance: [(b"ig-set-ig-u-shbid", b"9" * 20_000)],
    "a header with a line": lambda chance: [(b"ig-set-ig-u-shbts", b"1\r\nCookie: a=b")],
    "a token of another account": lambda chance: [bearer(login(ds_user_id="999"))],
    "a token with another account's sessionid": lambda chance: [bearer(login(sessionid="999%3Asecret%3A1%3AAY"))],
    "a token without account, of another": lambda chance: [bearer({"sessionid": "999%3Asecret%3A1"})],
    "a token with a sessionid that is no text": lambda chance: [bearer(login(sessionid=7))],
    "a token with objects": lambda chance: [bearer(login(more={"a": [1]}))],
    "a token with a NUL": lambda chance: [bearer(login(more="a\0b"))],
    "a token with a thousand keys": lambda chance: [bearer(login(**{f"k{number}": 1 for number in range(1000)}))],
    "an endless token": lambda chance: [bearer(login(more="m" * 1000, other="o" * 9000))],
    "a token that is a list": lambda chance: [bearer([login()])],
    "a token of bytes": lambda chance: [(b"ig-set-authorization", b"Bearer IGT:2:\xff\xfe")],
    "a broken token": lambda chance: [(b"ig-set-authorization", b"Bearer IGT:2:e30")],
    "a cookie that is none": lambda chance: [(b"Set-Cookie", b"\0\1\2=\3")],
    "a cookie whose age has no end": lambda chance: [cookie("xid", "1", "; Max-Age=" + "9" * 5000)],
    "a cookie whose date is none": lambda chance: [
        cookie("xid", "1", "; Expires=Mon, 99 Foo 99999999999 99:99 +99999")
    ],
}


def spoil(folder: Path, seed: int, tally: Tally) -> None:
    """Refresh a session with hostile answers in any order, save it, and count what cannot be loaded again."""
    chance = random.Random(seed)
    path = folder / f"spoilt-{seed}.json"
    session = Session(session_settings())
    for name in chance.choices(list(HOSTILE), k=chance.randint(1, 12)):
        session.refresh(HOSTILE[name](chance))
    save_session(session, path)
    try:
        loaded = load_session(path)
        good = loaded.ds_user_id == ACCOUNT and loaded.sessionid == Session(session_settings()).sessionid
    except BadInput:
        good = False
    tally.note(f"refreshes, seed {seed}", "unloadable_sessions", not good or path.stat().st_size > MOST_BYTES)
    path.unlink()
