"""What an answer refreshes is taken over only if it can be a part of the session: it can always be loaded again."""

from __future__ import annotations

import base64
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import load_session, save_session
from igcrawl.sessions.session_id import account_of
from tests.support.session_file import SESSIONID, session_settings

ACCOUNT = "51234567890"
NEWER = f"{ACCOUNT}%3AnEwErSeCrEt0%3A7%3AAYdNewer-Only_Newer"
ROUNDS = int(os.environ.get("FUZZ_REFRESHES", "40"))
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

#: What real answers hold: `rur` has its commas as octal numbers, in quotes.
REAL: dict[str, tuple[list[Header], Callable[[Session], Any], Any]] = {
    "a route in quotes": (
        [cookie("rur", '"RVA\\05451234567890\\0541806000000:01f7a-b_c"')],
        lambda session: orjson.loads(session.dump())["cookies"]["rur"],
        "RVA,51234567890,1806000000:01f7a-b_c",
    ),
    "a route as a header": (
        [(b"IG-Set-IG-U-RUR", b'"CLN\\05451234567890\\0541806000000:01f7abc"')],
        lambda session: session.rur,
        '"CLN\\05451234567890\\0541806000000:01f7abc"',
    ),
    "a claim": ([(b"x-ig-set-www-claim", b"hmac.AR3x-y_z")], lambda session: session.www_claim, "hmac.AR3x-y_z"),
    "a csrftoken": ([cookie("csrftoken", "nEwCsRf0")], lambda session: session.csrftoken, "nEwCsRf0"),
    "a mid": ([cookie("mid", "Znew-mid_0AAE")], lambda session: session.mid, "Znew-mid_0AAE"),
    "a sessionid": ([cookie("sessionid", NEWER)], lambda session: session.sessionid, NEWER),
    "a sessionid not quoted": (
        [cookie("sessionid", f'"{ACCOUNT}:nEwSeCrEt:1"')],
        lambda session: session.sessionid,
        f"{ACCOUNT}:nEwSeCrEt:1",
    ),
    "a token": ([bearer(login())], lambda session: session.authorization_data, login()),
    "a token with the account as a number": (
        [bearer(login(ds_user_id=int(ACCOUNT)))],
        lambda session: session.authorization_data,
        login(),
    ),
    "the same account": ([cookie("ds_user_id", ACCOUNT)], lambda session: session.ds_user_id, ACCOUNT),
}


@pytest.mark.parametrize("name", REAL)
def test_what_real_answers_refresh_is_taken_over(name: str) -> None:
    headers, held, wanted = REAL[name]
    session = Session(session_settings())
    session.refresh(headers)
    assert held(session) == wanted
    assert session.dropped == []


@pytest.mark.parametrize("name", HOSTILE)
def test_what_does_not_fit_is_dropped_and_the_old_value_stays(name: str) -> None:
    session = Session(session_settings())
    before = session.dump()
    for seed in range(5):
        headers = HOSTILE[name](random.Random(seed))
        assert not session.refresh(headers), f"seed {seed}: {headers}"
    assert session.dump() == before
    # What is dropped is told, unless it was being deleted, but not in the server's words.
    assert session.dropped or "is none" in name or "no end" in name
    assert {"sessionid", ACCOUNT, "secret"}.isdisjoint(
        " ".join(session.dropped).replace("cookie sessionid", "").split()
    )


def test_after_any_refreshes_the_saved_file_is_loaded_as_the_same_account(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    for seed in range(ROUNDS):
        print(f"seed {seed}")
        chance = random.Random(seed)
        session = Session(session_settings())
        expected = SESSIONID
        for _ in range(chance.randint(1, 25)):
            headers = HOSTILE[chance.choice(sorted(HOSTILE))](chance)
            if chance.random() < 0.3:
                real = chance.choice(sorted(REAL))
                headers += REAL[real][0]
                expected = {"a sessionid not quoted": f"{ACCOUNT}:nEwSeCrEt:1"}.get(
                    real, NEWER if real.startswith(("a sessionid", "a token")) else expected
                )
            chance.shuffle(headers)
            session.refresh(headers)
        save_session(session, path)
        loaded = load_session(path)
        assert loaded.ds_user_id == loaded.authorization_data["ds_user_id"] == ACCOUNT
        assert loaded.sessionid == session.sessionid == expected
        assert account_of(loaded.sessionid) == ACCOUNT
        assert path.stat().st_size < MOST_BYTES
        # All that goes into headers may stand in one.
        for value in (loaded.mid, loaded.rur, loaded.www_claim, loaded.sessionid, loaded.shbid, loaded.shbts):
            assert value.isascii()
            assert value == "" or value.isprintable()
        assert not {";", " ", ","} & set(loaded.mid + loaded.sessionid)


def test_cookies_of_the_operator_s_own_file_stay_and_are_refreshed() -> None:
    settings = session_settings()
    settings["cookies"]["of_the_operator"] = "before"
    session = Session(settings)
    assert session.refresh([cookie("of_the_operator", "after")])
    assert orjson.loads(session.dump())["cookies"]["of_the_operator"] == "after"
    assert not session.refresh([cookie("of_the_operator", "x" * 2000)])


def test_all_cookies_together_have_a_limit_whatever_the_file_brought() -> None:
    settings = session_settings()
    settings["cookies"] |= {f"own{number}": "v" for number in range(60)}
    session = Session(settings)
    for number in range(60):
        session.refresh([cookie(f"own{number}", "w" * 1000)])
    assert 10_000 < len(session.dump()) < MOST_BYTES
    assert "a cookie" in session.dropped
