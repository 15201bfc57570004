"""Every format that a session comes in is recognised; what holds none is refused without a word of its content."""

from __future__ import annotations

import os
import pickle
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest

from igcrawl.errors import BadInput
from igcrawl.sessions.device import complete, with_device_of
from igcrawl.sessions.formats.browser import from_browser
from igcrawl.sessions.formats.netscape import to_text
from igcrawl.sessions.formats.recognise import EXPECTED, recognise
from igcrawl.sessions.session import Session
from tests.support.session_file import SESSIONID, session_settings

NOW = 1_800_000_000.0
LATER = NOW + 86400
ACCOUNT = "51234567890"
COOKIES = {"sessionid": SESSIONID, "ds_user_id": ACCOUNT, "csrftoken": "csrfTestOnly", "mid": "ZtestMID0123456789"}


def read(content: bytes | str, name: str = "") -> dict[str, Any]:
    found = recognise(content.encode() if isinstance(content, str) else content, "FILE", NOW, name)
    return complete(found.settings, "FILE")


def refused(content: bytes | str) -> str:
    with pytest.raises(BadInput) as caught:
        read(content)
    said = str(caught.value)
    for secret in (SESSIONID, unquote(SESSIONID), "sEcReT", "csrfTestOnly"):
        assert secret not in said
    # Not even in the chain of exceptions that a traceback would show.
    assert caught.value.__context__ is None or caught.value.__suppress_context__
    assert caught.value.__cause__ is None
    return said


def exported(**changes: Any) -> list[dict[str, Any]]:
    """Cookies as Cookie-Editor and EditThisCookie write them."""
    fixed = {"hostOnly": False, "httpOnly": True, "path": "/", "secure": True, "session": False, "storeId": None}
    rows = [
        {"name": name, "value": value, "domain": ".instagram.com", "expirationDate": LATER + 0.5, **fixed}
        for name, value in COOKIES.items()
    ]
    return [row | (changes if row["name"] == "sessionid" else {}) for row in rows]


def cookies_txt(domain: str = ".instagram.com", expires: float = LATER, prefix: str = "#HttpOnly_") -> str:
    rows = "".join(
        f"{prefix}{domain}\tTRUE\t/\tTRUE\t{expires:.0f}\t{name}\t{value}\n" for name, value in COOKIES.items()
    )
    return f"# Netscape HTTP Cookie File\n# made by a browser extension\n\n{rows}"


PLAYWRIGHT = {"cookies": [{**row, "expires": -1} for row in exported()], "origins": []}
FORMATS: dict[str, bytes | str] = {
    "settings": orjson.dumps(session_settings()),
    "settings with a byte order mark": b"\xef\xbb\xbf" + orjson.dumps(session_settings()),
    "settings as PowerShell writes them": orjson.dumps(session_settings()).decode().encode("utf-16"),
    "instaloader": pickle.dumps(COOKIES),
    "instaloader, protocol 0": pickle.dumps(COOKIES, 0),
    "instaloader, protocol 1": pickle.dumps(COOKIES, 1),
    "instaloader, protocol 2": pickle.dumps(COOKIES, 2),
    "instaloader, protocol 5": pickle.dumps(COOKIES, 5),
    "cookies.txt": cookies_txt(),
    "cookies.txt without marks": cookies_txt(prefix=""),
    "cookies.txt with the lines of Windows": cookies_txt().replace("\n", "\r\n"),
    "cookies.txt of the browser session": cookies_txt(expires=0),
    "cookies.txt without its head": cookies_txt().partition("\n\n")[2],
    "cookie extension": orjson.dumps(exported()),
    "cookie extension, milliseconds": orjson.dumps(exported(expirationDate=LATER * 1000)),
    "Playwright": orjson.dumps(PLAYWRIGHT),
    "cookies by name": orjson.dumps(COOKIES),
    "bare": SESSIONID,
    "bare, not quoted": unquote(SESSIONID) + "\n",
    "bare, in quotation marks": f'"{SESSIONID}"',
    "named": f"sessionid={SESSIONID}",
    "header": f"Cookie: mid=ZtestMID0123456789; sessionid={SESSIONID}; csrftoken=csrfTestOnly",
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_gives_the_session(name: str) -> None:
    settings = read(FORMATS[name])
    session = Session(settings)
    assert (session.sessionid, session.ds_user_id) == (SESSIONID, ACCOUNT)
    assert settings["authorization_data"]["ds_user_id"] == ACCOUNT
    assert {"uuid", "phone_id", "android_device_id"} <= set(settings["uuids"])


@pytest.mark.parametrize("name", [name for name in FORMATS if not name.startswith("settings")])
def test_the_same_account_gets_the_same_made_up_device_whatever_the_format(name: str) -> None:
    session = Session({"cookies": {"sessionid": SESSIONID}})
    assert read(FORMATS[name])["uuids"] == {
        "uuid": session.uuid,
        "phone_id": session.phone_id,
        "android_device_id": session.android_device_id,
    }


def test_a_file_that_names_its_device_keeps_it() -> None:
    theirs = session_settings()
    assert read(orjson.dumps(theirs)) == theirs


def test_what_instaloader_really_writes_is_read(tmp_path: Path) -> None:
    import instaloader

    loader = instaloader.Instaloader(quiet=True)
    loader.context._session.cookies.update(COOKIES)
    loader.context.username = "some.one"
    path = tmp_path / "session-some.one"
    loader.save_session_to_file(str(path))
    found = recognise(path.read_bytes(), "FILE", NOW, path.name)
    assert found.settings["cookies"].items() >= COOKIES.items()
    assert found.username == "some.one"


def test_instagrapi_takes_what_is_exported() -> None:
    import instagrapi

    client = instagrapi.Client()
    client.set_settings(read(SESSIONID))
    assert client.sessionid == SESSIONID
    assert client.user_id == int(ACCOUNT)


def test_a_cookies_txt_that_is_written_is_read_again() -> None:
    assert read(to_text(COOKIES, NOW))["cookies"] == COOKIES


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("beside", [True, False])
def test_a_pickle_that_would_run_something_is_refused_and_does_not_run(
    tmp_path: Path, protocol: int, beside: bool
) -> None:
    trap = tmp_path / "it-ran"
    content = pickle.dumps({**COOKIES, "x": Bomb(trap)} if beside else Bomb(trap), protocol)
    refused(content)
    assert not trap.exists()
    # The bomb is a real one.
    pickle.loads(content)
    assert trap.exists()


PICKLES = [
    pickle.dumps(COOKIES)[:-40],
    pickle.dumps([COOKIES]),
    pickle.dumps({**COOKIES, "nested": {"a": 1}}),
    b"\x80\x04" + b"}r\xff\xff\xff\x7f.",
    b"(dp99999999999\n.",
    b"\x80\x04P1\n.",
    b"\x80\x04\x8c\xffshort",
    b"}q\x00(X\xff\xff\xff\x7fabc",
    b"\x80\x02.",
]


@pytest.mark.parametrize("number", range(len(PICKLES)))
def test_a_pickle_of_anything_else_is_refused(number: int) -> None:
    said = refused(PICKLES[number])
    assert "pickle" in said
    assert len(said.splitlines()) == 1


REFUSED: list[tuple[bytes | str, str]] = [
    ("", "empty"),
    ("  \n", "empty"),
    ("hello", EXPECTED),
    ("{", "broken JSON"),
    (orjson.dumps(session_settings())[:-3], "broken JSON"),
    ("[]", "no cookie of instagram.com"),
    ("[1]", EXPECTED),
    ("{}", EXPECTED),
    ("7", EXPECTED),
    (orjson.dumps({"cookies": {"csrftoken": "csrfTestOnly"}}), "no sessionid"),
    (orjson.dumps({"cookies": {}, "authorization_data": {"sessionid": 7}}), "not text"),
    (orjson.dumps(exported(name="session")), "no sessionid"),
    (orjson.dumps(exported(value="a b; c")), "no sessionid"),
    (orjson.dumps(exported(value="12\r\nX-Other: 1")), "no sessionid"),
    (orjson.dumps(exported(expirationDate=NOW - 86400)), "expired on 2027-01-14"),
    (cookies_txt(expires=NOW - 1), "expired on 2027-01-15"),
    (cookies_txt(domain=".example.com"), "no cookie of instagram.com"),
    (cookies_txt(domain=".notinstagram.com"), "no cookie of instagram.com"),
    (cookies_txt(domain="instagram.com.example.com"), "no cookie of instagram.com"),
    ("# Netscape HTTP Cookie File\n", "no cookie of instagram.com"),
    (b"\xff\xfe\x00\xd8", "not text"),
    (b"\x00\x01\x02\xff", "not text"),
    (f"sessionid={SESSIONID}\nand another line", EXPECTED),
    ("sessionid=", EXPECTED),
    (orjson.dumps({"cookies": {"sessionid": SESSIONID, "ds_user_id": "42"}}), "not that of account 42"),
    (b" " * (9 << 20), "larger than 8 MB"),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_holds_no_session_is_refused_in_one_line_that_tells_why(number: int) -> None:
    content, problem = REFUSED[number]
    said = refused(content)
    assert said.startswith("FILE: ")
    assert problem in said
    assert len(said.splitlines()) == 1


def test_cookies_of_other_sites_and_those_that_expired_are_left_out() -> None:
    rows = exported()
    rows += [{"name": "other", "value": "1", "domain": ".example.com", "expirationDate": LATER}]
    rows += [{"name": "old", "value": "1", "domain": ".instagram.com", "expirationDate": NOW - 1}]
    rows += [{"name": "csrftoken", "value": "ofOneHost", "domain": "help.instagram.com", "expirationDate": LATER}]
    assert read(orjson.dumps(rows))["cookies"] == COOKIES


def test_a_newer_session_keeps_the_device_of_the_earlier_one_where_it_names_none() -> None:
    earlier = session_settings()
    newer = with_device_of({"cookies": {"sessionid": SESSIONID}}, earlier)
    assert newer["uuids"] == earlier["uuids"]
    assert (newer["user_agent"], newer["country"]) == (earlier["user_agent"], "DE")
    own = with_device_of({"cookies": {}, "uuids": {"uuid": "own"}, "user_agent": "own"}, earlier)
    assert own["uuids"] == {**earlier["uuids"], "uuid": "own"}
    assert own["user_agent"] == "own"
    browser = with_device_of({"cookies": {"mid": "of the browser"}}, earlier)
    assert Session({**browser, "authorization_data": earlier["authorization_data"]}).mid == "of the browser"


@pytest.fixture
def firefox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    """The cookies of a Firefox whose home is empty otherwise."""
    profile = tmp_path / ".mozilla" / "firefox" / "abc.default"
    profile.mkdir(parents=True)
    (profile.parent / "profiles.ini").write_text(
        "[Profile0]\nName=default\nIsRelative=1\nPath=abc.default\nDefault=1\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    database = sqlite3.connect(profile / "cookies.sqlite")
    database.execute("CREATE TABLE moz_cookies (host, path, isSecure, expiry, name, value, isHttpOnly)")
    return database


def fill(database: sqlite3.Connection, expiry: float) -> None:
    rows = [(".instagram.com", "/", 1, int(expiry), name, value, 1) for name, value in COOKIES.items()]
    database.executemany("INSERT INTO moz_cookies VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    database.commit()
    database.close()


@pytest.mark.parametrize("unit", [1, 1000])
def test_a_session_is_read_from_firefox_whether_it_counts_seconds_or_milliseconds(
    firefox: sqlite3.Connection, unit: int
) -> None:
    fill(firefox, LATER * unit)
    assert from_browser("firefox", NOW)["cookies"] == COOKIES


@pytest.mark.parametrize("unit", [1, 1000])
def test_an_expired_login_in_firefox_says_so(firefox: sqlite3.Connection, unit: int) -> None:
    fill(firefox, (NOW - 1) * unit)
    with pytest.raises(BadInput, match="firefox: the cookie sessionid expired"):
        from_browser("firefox", NOW)


def test_a_browser_that_is_not_there_or_unknown_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(BadInput, match="firefox: its cookies cannot be read"):
        from_browser("firefox", NOW)
    with pytest.raises(BadInput, match="expected one of firefox, chrome"):
        from_browser("netscape", NOW)


def test_a_missing_library_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "browser_cookie3", None)
    with pytest.raises(BadInput, match=r"pip install 'browser-cookie3"):
        from_browser("chrome", NOW)
