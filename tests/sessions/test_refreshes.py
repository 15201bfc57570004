"""What an answer refreshes is taken over only if it can be a part of the session: it can always be loaded again."""

from __future__ import annotations

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
from tests.siege.refreshes import ACCOUNT, HOSTILE, MOST_BYTES, NEWER, Header, bearer, cookie, login
from tests.support.session_file import SESSIONID, session_settings

ROUNDS = int(os.environ.get("FUZZ_REFRESHES", "40"))

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


@pytest.mark.parametrize(
    ("behind", "is_taken"),
    [
        ("", True),
        ("; Domain=instagram.com; Max-Age=60", True),
        ("; Domain=.I.Instagram.com; Expires=Fri, 01 Jan 2100 00:00:00 GMT", True),
        ("; Domain=.evil.example", False),
        ("; Domain=evilinstagram.com", False),
        ("; Domain=instagram.com.evil.example", False),
        ("; Max-Age=0", False),
        ("; Max-Age=-5", False),
        ("; Expires=Wed, 01 Jan 2025 00:00:00 GMT", False),
    ],
)
def test_a_cookie_is_taken_over_unless_it_is_another_site_s_or_is_being_deleted(behind: str, is_taken: bool) -> None:
    session = Session(session_settings())
    before = session.csrftoken
    assert session.refresh([cookie("csrftoken", "nEwCsRf0", behind)]) is is_taken
    assert session.csrftoken == ("nEwCsRf0" if is_taken else before)
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


@pytest.mark.parametrize("is_cookie", [True, False])
def test_a_new_login_takes_the_place_of_the_old_one_among_the_cookies_where_it_is_one(is_cookie: bool) -> None:
    settings = session_settings()
    settings["cookies"] = {"sessionid": SESSIONID} if is_cookie else {}
    session = Session(settings)
    assert session.refresh([bearer(login())])
    cookies = orjson.loads(session.dump())["cookies"]
    assert cookies == ({"sessionid": session.sessionid} if is_cookie else {})
    assert session.sessionid == login()["sessionid"] != SESSIONID


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
