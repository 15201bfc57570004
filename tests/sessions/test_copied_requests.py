"""A request copied from a browser, a HAR and Firefox's own file give the cookies that the browser sent, whole."""

from __future__ import annotations

import json
import random
import re
import sqlite3
import string
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from igcrawl.cli.session_actions import read_source
from igcrawl.errors import BadInput
from tests.sessions.reading import NOW
from tests.support.session_file import SESSIONID

ACCOUNT = SESSIONID.partition("%3A")[0]
OTHER = "61234567890%3AanOtherOne0%3A3%3AAYdOtherOnly"
LATER = NOW + 90 * 86400
URL = "https://www.instagram.com/api/graphql"
#: What shells and programs take for an order, among other signs that a cookie may hold.
SIGNS = "\\^%$!'\"`&|<>()[]{}#@~*?=+,:/.-_"


def cookies_at_random(rng: random.Random) -> dict[str, str]:
    """The session's, and one of odd signs between a letter and a digit."""
    odd = "a" + "".join(rng.choices(SIGNS + string.ascii_letters + string.digits, k=rng.randint(1, 30))) + "9"
    rows = [("sessionid", SESSIONID), ("ds_user_id", ACCOUNT), ("csrftoken", "csrf"), ("odd", odd)]
    rng.shuffle(rows)
    return dict(rows)


def header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def bash(cookies: dict[str, str]) -> str:
    """As Chrome does it: an exclamation mark or a quote makes it an ANSI-C string."""
    text = header(cookies)
    if re.search(r"[!']", text):
        text = text.replace("\\", "\\\\").replace("'", "\\'").replace("!", "\\u0021")
        quoted = f"$'{text}'"
    else:
        quoted = f"'{text}'"
    return f"curl '{URL}' \\\n  -H 'accept: */*' \\\n  -b {quoted} \\\n  --data-raw 'a=b'"


def cmd(cookies: dict[str, str]) -> str:
    """As Chrome does it: a caret before whatever is no plain sign."""
    text = header(cookies).replace("\\", "\\\\").replace('"', '\\"')
    text = re.sub(r"[^a-zA-Z0-9\s_\-:=+~'/.',?;()*`]", lambda sign: f"^{sign[0]}", text)
    text = re.sub(r"%(?=[a-zA-Z0-9_])", "%^", text)
    return f'curl ^"{URL}^" ^\r\n  -H ^"accept: */*^" ^\r\n  -b ^"{text}^" ^\r\n  -H ^"dpr: 1^"'


def powershell(cookies: dict[str, str]) -> str:
    def quoted(text: str) -> str:
        return '"' + re.sub(r'[`$"]', lambda sign: f"`{sign[0]}", text) + '"'

    rows = [f'Net.Cookie({quoted(name)}, {quoted(value)}, "/", ".instagram.com"))' for name, value in cookies.items()]
    return "\n".join(f"$session.Cookies.Add((New-Object System.{row})" for row in rows)


def fetch(cookies: dict[str, str]) -> str:
    return (
        f'fetch("{URL}", {{\n  "headers": {{\n    "cookie": {json.dumps(header(cookies))}\n  }},\n  "body": null\n}});'
    )


def panel(cookies: dict[str, str]) -> str:
    return f":authority\nwww.instagram.com\n:method\nGET\ncookie\n{header(cookies)}\nuser-agent\nMozilla/5.0\n"


def har_of(*headers: str, url: str = URL) -> str:
    requests = [{"method": "GET", "url": url, "headers": [{"name": "Cookie", "value": each}]} for each in headers]
    return json.dumps({"log": {"version": "1.2", "entries": [{"request": request} for request in requests]}})


def har(cookies: dict[str, str]) -> str:
    return har_of("a=b", header(cookies), "a=b")


FORMS: dict[str, Callable[[dict[str, str]], str]] = {
    each.__name__: each for each in (bash, cmd, powershell, fetch, panel, har)
}


@pytest.mark.parametrize("form", FORMS)
def test_what_a_browser_copies_gives_the_cookies_that_it_sent(form: str, tmp_path: Path) -> None:
    rng = random.Random(form)
    file = tmp_path / "copied"
    for _ in range(60):
        cookies = cookies_at_random(rng)
        text = FORMS[form](cookies)
        for content in (text.encode(), b"\xef\xbb\xbf" + text.encode(), text.replace("\n", "\r\n").encode()):
            file.write_bytes(content)
            assert read_source(str(file), NOW).settings["cookies"] == cookies, text


@pytest.mark.parametrize(
    "around", ["{}", "  {}\r\n", "'{}'", "`{}`", "\N{LEFT DOUBLE QUOTATION MARK}{}\N{RIGHT DOUBLE QUOTATION MARK}",
               "\N{NO-BREAK SPACE}{}", "\N{ZERO WIDTH SPACE}{}", "sessionid: {}", 'sessionid:"{}"']
)  # fmt: skip
def test_what_editors_and_panels_put_around_a_sessionid_is_none_of_it(around: str, tmp_path: Path) -> None:
    (tmp_path / "pasted").write_text(around.format(SESSIONID), encoding="utf-8")
    assert read_source(str(tmp_path / "pasted"), NOW).settings["cookies"]["sessionid"] == SESSIONID


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (har_of("csrftoken=x"), "no request in it sends a sessionid to instagram.com"),
        (har_of(f"sessionid={SESSIONID}", url="https://www.example.com/"), "no request in it sends a sessionid"),
        (har_of(f"sessionid={SESSIONID}", f"sessionid={OTHER}"), "--account"),
        (har_of(f"sessionid={SESSIONID}")[:-9], "broken JSON"),
        (f"curl '{URL}' -H 'accept: */*'", "no request in it sends a sessionid to instagram.com"),
        (f"curl '{URL}' -b cookies.txt", "no request in it sends a sessionid to instagram.com"),
    ],
)
def test_a_capture_without_one_session_is_refused_with_the_reason(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "copied").write_text(text)
    with pytest.raises(BadInput) as refused:
        read_source(str(tmp_path / "copied"), NOW)
    assert said in str(refused.value)
    assert "AYd" not in str(refused.value)


def test_of_a_har_that_is_larger_than_a_session_the_last_cookies_are_taken(tmp_path: Path) -> None:
    filler = [f"a={'x' * 1_000_000}"] * 9
    (tmp_path / "large.har").write_text(har_of(f"sessionid={SESSIONID}; mid=old", *filler, f"sessionid={SESSIONID}"))
    assert read_source(str(tmp_path / "large.har"), NOW).settings["cookies"] == {"sessionid": SESSIONID}


def firefox(file: Path, rows: list[tuple[str, str, str, float]], *, logged: bool = False) -> None:
    """Write Firefox's file of cookies, with a log beside it where Firefox keeps one."""
    database = sqlite3.connect(file)
    if logged:
        database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, name, value, host, expiry, lastAccessed)")
    for row in rows:
        database.execute(
            "INSERT INTO moz_cookies (name, value, host, expiry, lastAccessed) VALUES (?, ?, ?, ?, 1)", row
        )
    database.commit()
    database.close()


@pytest.mark.parametrize("logged", [False, True])
@pytest.mark.parametrize("unit", [1, 1000])
def test_a_copy_of_firefox_s_file_of_cookies_is_read(tmp_path: Path, unit: int, logged: bool) -> None:
    rows = [("sessionid", SESSIONID, ".instagram.com", LATER * unit), ("c_user", "1", ".facebook.com", LATER * unit)]
    firefox(tmp_path / "cookies.sqlite", rows, logged=logged)
    assert read_source(str(tmp_path / "cookies.sqlite"), NOW).settings["cookies"] == {"sessionid": SESSIONID}
    firefox(tmp_path / "old.sqlite", [("sessionid", SESSIONID, ".instagram.com", (NOW - 9) * unit)], logged=logged)
    with pytest.raises(BadInput, match="the cookie sessionid expired"):
        read_source(str(tmp_path / "old.sqlite"), NOW)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "CREATE TABLE cookies (host_key, name, encrypted_value)",
            "not Firefox's cookies.sqlite; the cookies of other",
        ),
        ("CREATE TABLE moz_cookies (name, value, host, expiry, lastAccessed)", "no cookie of instagram.com"),
    ],
)
def test_another_database_is_refused_with_what_to_do(tmp_path: Path, statement: str, said: str) -> None:
    database = sqlite3.connect(tmp_path / "Cookies")
    database.execute(statement)
    database.close()
    with pytest.raises(BadInput, match=said):
        read_source(str(tmp_path / "Cookies"), NOW)
    (tmp_path / "cut").write_bytes((tmp_path / "Cookies").read_bytes()[:700])
    with pytest.raises(BadInput):
        read_source(str(tmp_path / "cut"), NOW)


def test_a_comment_in_an_older_encoding_does_no_harm(tmp_path: Path) -> None:
    row = f".instagram.com\tTRUE\t/\tTRUE\t{int(LATER)}\tsessionid\t{SESSIONID}\n"
    (tmp_path / "cookies.txt").write_bytes("# f\xfcr mich\n".encode("latin-1") + row.encode())
    assert read_source(str(tmp_path / "cookies.txt"), NOW).settings["cookies"] == {"sessionid": SESSIONID}


def test_the_body_of_a_har_shows_in_no_refusal(tmp_path: Path) -> None:
    content = orjson.dumps({"log": {"entries": [{"request": {"url": URL, "headers": [{"name": "Cookie"}]}}]}})
    (tmp_path / "x.har").write_bytes(content)
    with pytest.raises(BadInput, match=r"x\.har: no request in it sends a sessionid"):
        read_source(str(tmp_path / "x.har"), NOW)
