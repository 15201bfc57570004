"""An import takes what can work, in whatever dialect it comes; the rest is refused by name, and nothing is lost."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import orjson
import pytest

from igcrawl.cli.session_actions import read_source
from igcrawl.errors import BadInput
from igcrawl.sessions.formats.recognise import recognise
from igcrawl.sessions.importing import take
from igcrawl.sessions.session_id import problem_of
from tests.sessions.reading import NOW, read, refused
from tests.support.session_file import SESSIONID, session_settings

ACCOUNT, OTHER = "51234567890", "61234567890"
OTHERS = f"{OTHER}%3AanOtherOne0%3A3%3AAYdOtherOnly"
ROUNDS = int(os.environ.get("FUZZ_IMPORTS", "300"))

Row = tuple[str, str, str, float | None]


def rows_of(sessionid: str = SESSIONID, account: str = ACCOUNT, expires: float | None = NOW + 1e6) -> list[Row]:
    values = {"csrftoken": "csrfTestOnly", "ds_user_id": account, "sessionid": sessionid, "mid": "ZtestMID0123456789"}
    return [(name, value, ".instagram.com", expires) for name, value in values.items()]


#: Ways to write the moment at which a cookie ends.
EXPIRY: dict[str, Callable[[float], Any]] = {
    "seconds": lambda at: at,
    "whole seconds": int,
    "text": lambda at: f"{at:.0f}",
    "milliseconds": lambda at: int(at * 1000),
    "microseconds": lambda at: int(at * 1e6),
    "microseconds since 1601": lambda at: int((at + 11_644_473_600) * 1e6),
    "an ISO date": lambda at: datetime.fromtimestamp(at, UTC).isoformat(),
    "an ISO date with Z": lambda at: f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.000Z",
    "an ISO date without a zone": lambda at: f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}",
    "an HTTP date": lambda at: format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True),
    "day, month, year": lambda at: f"{datetime.fromtimestamp(at, UTC):%d-%m-%Y %H:%M:%S}",
}
NO_EXPIRY = (None, 0, -1, "", "Session", "0")

#: How programs call a cookie's name, value, domain and expiry.
KEYS: dict[str, tuple[str, str, str, str]] = {
    "EditThisCookie": ("name", "value", "domain", "expirationDate"),
    "Playwright": ("name", "value", "domain", "expires"),
    "Selenium": ("name", "value", "domain", "expiry"),
    "Cookie Quick Manager": ("Name raw", "Content raw", "Host raw", "Expires raw"),
    "a table of Firefox": ("name", "value", "host", "expiry"),
    "a table of Chrome": ("name", "value", "host_key", "expires_utc"),
    "camel case": ("name", "value", "hostKey", "expiresUtc"),
    "tough-cookie": ("key", "value", "domain", "expires"),
    "capitals": ("Name", "Value", "Domain", "Expires"),
}
#: What stands around the list.
AROUND: dict[str, Callable[[list[Any]], Any]] = {
    "nothing": lambda rows: rows,
    "cookies": lambda rows: {"cookies": rows, "origins": []},
    "an extension's url": lambda rows: {"url": "https://www.instagram.com", "cookies": rows},
    "storageState": lambda rows: {"storageState": {"cookies": rows, "origins": []}},
    "data": lambda rows: {"version": 1, "data": {"cookies": rows}},
}
SEPARATORS = {"a tab": "\t", "tabs": "\t\t", "blanks": "    ", "a blank": " ", "semicolons": ";", "commas": ", "}


@dataclass
class Drawn:
    """A file, and what is true of it."""

    what: str
    content: str
    alive: bool


def as_json(chance: random.Random, rows: list[Row]) -> tuple[str, str]:
    keys, around, expiry = (chance.choice(sorted(table)) for table in (KEYS, AROUND, EXPIRY))
    name_key, value_key, domain_key, expiry_key = KEYS[keys]
    made = []
    for name, value, domain, expires in rows:
        shown = f"https://{domain}/" if keys == "Cookie Quick Manager" else domain
        ends = chance.choice(NO_EXPIRY) if expires is None else EXPIRY[expiry](expires)
        made.append({name_key: name, value_key: value, domain_key: shown, expiry_key: ends, "path": "/"})
    return f"{keys}, {around}, {expiry}", orjson.dumps(AROUND[around](made)).decode()


def as_text(chance: random.Random, rows: list[Row]) -> tuple[str, str]:
    separator, head = chance.choice(sorted(SEPARATORS)), chance.random() < 0.7
    lines = ["# Netscape HTTP Cookie File", ""] if head else []
    for name, value, domain, expires in rows:
        columns = [domain, "TRUE", "/", chance.choice(["TRUE", "FALSE"]), f"{expires or 0:.0f}", name, value]
        mark = chance.choice(["", "#HttpOnly_"])
        lines.append(mark + SEPARATORS[separator].join(columns))
    return f"columns, {separator}", chance.choice(["\n", "\r\n", "\r"]).join(lines)


def as_tools(chance: random.Random, rows: list[Row]) -> tuple[str, str]:
    lines = []
    for name, value, domain, expires in rows:
        date = "Session" if expires is None else f"{datetime.fromtimestamp(expires, UTC):%Y-%m-%dT%H:%M:%S}.000Z"
        lines.append("\t".join([name, value, domain, "/", date, "87", "✓", "✓", "None", "", "Medium"]))
    return "developer tools", "\n".join(lines)


def draw(chance: random.Random) -> Drawn:
    alive = chance.random() < 0.6
    expires = chance.choice([None, NOW + chance.uniform(60, 1e8)]) if alive else NOW - chance.uniform(60, 1e8)
    rows = rows_of(chance.choice([SESSIONID, unquote(SESSIONID)]), expires=expires)
    rows += [("sessionid", "strange", f".{site}", NOW + 1e6) for site in ("example.com", "notinstagram.com")]
    chance.shuffle(rows)
    what, content = chance.choice([as_json, as_json, as_text, as_tools])(chance, rows)
    return Drawn(what, content, alive)


def test_each_dialect_is_read_and_what_has_expired_is_refused() -> None:
    for seed in range(ROUNDS):
        drawn = draw(random.Random(seed))
        print(f"seed {seed}: {drawn}")
        if drawn.alive:
            session = read(drawn.content)
            assert (unquote(session.sessionid), session.ds_user_id) == (unquote(SESSIONID), ACCOUNT)
            assert (session.csrftoken, session.mid) == ("csrfTestOnly", "ZtestMID0123456789")
        else:
            assert re.search(r"the cookie sessionid expired on \d{4}-\d\d-\d\d: log in again", refused(drawn.content))


#: What people paste that cannot work, and a word of the reason.
BAD_SESSIONIDS = {
    "***": "masked",
    f"{ACCOUNT}%3A***": "masked",
    f"{ACCOUNT}%3AsEcReT***%3A12%3AAYd": "masked",
    f"{ACCOUNT}%3Axxxxxxxxxxxxxx%3A12%3Axxxxxxxxxx": "masked",
    f"{ACCOUNT}:XXXX:12:XXXX": "masked",
    f"{ACCOUNT}%3AsEcReT...": "cut",
    f"{ACCOUNT}%3AsEcReT\u2026": "cut",
    ACCOUNT: "cut",
    f"{ACCOUNT}%3A": "cut",
    f"{ACCOUNT}%3AsEcReTsEsSiOnId": "cut",
    f"{ACCOUNT}%3AsEcReTsEsSiOnId%3A": "cut",
    f"{ACCOUNT}%3AsEcReTsEsSiOnId%3": "cut",
    f"{ACCOUNT}%3AsEcReTsEsSiOnId%3A12%3A": "cut",
    f'"{SESSIONID}"': "quotation marks",
    f"\u201c{SESSIONID}\u201d": "quotation marks",
    quote(SESSIONID): "URL-quoted twice",
    "": "empty",
    " ": "empty",
    "YOUR_SESSIONID": "placeholder",
    f"{ACCOUNT}%3Ayour_secret%3A12%3AAYd": "placeholder",
    "<sessionid>": "placeholder",
    "xxx": "masked",
    "sessionid": "placeholder",
    "null": "placeholder",
}
CARRIERS: dict[str, Callable[[str], bytes]] = {
    "settings": lambda bad: orjson.dumps(
        session_settings() | {"authorization_data": {"ds_user_id": ACCOUNT, "sessionid": bad}}
    ),
    "settings with cookies only": lambda bad: orjson.dumps({"cookies": {"sessionid": bad, "ds_user_id": ACCOUNT}}),
    "cookies by name": lambda bad: orjson.dumps({"sessionid": bad, "ds_user_id": ACCOUNT}),
    "an extension's JSON": lambda bad: orjson.dumps(
        [{"name": "sessionid", "value": bad, "domain": ".instagram.com", "expirationDate": NOW + 9}]
    ),
    "cookies.txt": lambda bad: f".instagram.com\tTRUE\t/\tTRUE\t0\tsessionid\t{bad}\n".encode(),
    "a line": lambda bad: f"Cookie: mid=x; sessionid={bad}; ds_user_id={ACCOUNT}".encode(),
    "instaloader": lambda bad: __import__("pickle").dumps({"sessionid": bad, "ds_user_id": ACCOUNT}),
}
#: A line's own quotation marks are no part of the value.
UNQUOTED = {("a line", f'"{SESSIONID}"')}


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("bad", BAD_SESSIONIDS)
def test_a_sessionid_that_cannot_work_is_refused_whatever_carries_it(carrier: str, bad: str) -> None:
    content = CARRIERS[carrier](bad)
    if (carrier, bad) in UNQUOTED:
        assert read(content).sessionid == SESSIONID
        return
    said = refused(content)
    assert "no sessionid" in said
    if bad or "settings" not in carrier:
        assert BAD_SESSIONIDS[bad] in said
    assert len(bad.strip()) < 8 or bad in {"sessionid", ACCOUNT} or bad not in said


def test_a_quotation_mark_at_one_end_is_told_and_a_number_of_equal_digits_is_no_mask() -> None:
    for bad in (f'"{SESSIONID}', f"{SESSIONID}'"):
        assert "quotation marks" in str(problem_of(bad))
    assert problem_of(f"{ACCOUNT}:sEcReTsEsSiOnId:11:AYd") is None
    assert "masked" in str(problem_of(f"{ACCOUNT}:aaaaaaaa:12:AYd"))


@pytest.mark.parametrize("carrier", CARRIERS)
def test_each_carrier_of_these_tests_carries_a_good_one(carrier: str) -> None:
    assert read(CARRIERS[carrier](SESSIONID)).sessionid == SESSIONID


@pytest.mark.parametrize("bad", BAD_SESSIONIDS)
def test_the_good_session_of_that_name_stays(tmp_path: Path, bad: str) -> None:
    folder = tmp_path / "sessions"
    take(recognise(SESSIONID.encode(), "FILE", NOW), "mine", folder=folder)
    before = (folder / "mine.json").read_bytes()
    (tmp_path / "new.json").write_bytes(CARRIERS["settings"](bad))
    if not bad:
        # Beside an empty one, the cookies' would count.
        return
    with pytest.raises(BadInput):
        take(read_source(str(tmp_path / "new.json"), NOW), "mine", folder=folder)
    assert (folder / "mine.json").read_bytes() == before


MIXED: dict[str, str] = {
    "an extension's JSON": orjson.dumps(
        [
            {"name": name, "value": value, "domain": domain}
            for name, value, domain, _ in rows_of() + rows_of(OTHERS, OTHER)
        ]
    ).decode(),
    "cookies.txt": "".join(
        f"{domain}\tTRUE\t/\tTRUE\t0\t{name}\t{value}\n"
        for name, value, domain, _ in rows_of() + rows_of(OTHERS, OTHER)
    ),
    "a line": f"Cookie: mid=x; sessionid={SESSIONID}; ds_user_id={OTHER}; sessionid={OTHERS}; ds_user_id={ACCOUNT}",
    "settings": orjson.dumps(
        {
            "authorization_data": {"ds_user_id": ACCOUNT, "sessionid": SESSIONID},
            "cookies": {"ds_user_id": OTHER, "sessionid": OTHERS},
        }
    ).decode(),
}


@pytest.mark.parametrize("kind", MIXED)
def test_of_two_accounts_in_a_file_the_operator_chooses_one(kind: str) -> None:
    said = refused(MIXED[kind])
    assert f"sessions of accounts {ACCOUNT} and {OTHER}: choose one with --account ID" in said
    assert read(MIXED[kind], ACCOUNT).sessionid == SESSIONID
    chosen = read(MIXED[kind], OTHER)
    assert (chosen.sessionid, chosen.ds_user_id) == (OTHERS, OTHER)
    assert f"no session of account 7, but of {ACCOUNT} and {OTHER}" in refused(MIXED[kind], "7")


def test_of_a_browser_s_two_accounts_one_that_has_expired_is_none() -> None:
    rows = [*rows_of(expires=None), *rows_of(OTHERS, OTHER, NOW - 60)]
    _, content = as_text(random.Random(1), rows)
    session = read(content)
    assert (session.sessionid, session.ds_user_id) == (SESSIONID, ACCOUNT)


def test_a_cookie_of_which_nobody_knows_whose_it_is_is_left_out() -> None:
    first, second = rows_of(), rows_of(OTHERS, OTHER)
    second[0] = ("csrftoken", "csrfOfTheOther", ".instagram.com", None)
    session = read(as_json(random.Random(1), first + second)[1], OTHER)
    assert (session.csrftoken, session.mid) == ("", "ZtestMID0123456789")


GOOD_LINE = f".instagram.com\tTRUE\t/\tTRUE\t0\tsessionid\t{SESSIONID}"
NAMED = {
    f"# Netscape HTTP Cookie File\n\n{GOOD_LINE}\tLax\n": "line 3: 8 columns, 7 expected",
    f"{GOOD_LINE}\n.instagram.com\tTRUE\t/\tTRUE\n": "line 2: 4 columns, 7 expected",
    f"{GOOD_LINE}\nwww.instagram.com,TRUE,/,a,b\tx": "line 2: 2 columns, 7 expected",
    f".instagram.com TRUE / TRUE 0 sessionid {SESSIONID} and more": "line 1: 9 columns, 7 expected",
    GOOD_LINE.replace("\t0\t", "\tsoon\t"): "the expiry of the cookie sessionid cannot be read",
    orjson.dumps([{"label": "sessionid", "text": SESSIONID, "domain": ".instagram.com"}]).decode(): (
        "cookie 1: its keys are label, text, domain; expected name, value and domain"
    ),
    orjson.dumps(
        [{"name": "a", "value": "1", "domain": "x.example"}, {"name": "sessionid", "value": SESSIONID}]
    ).decode(): "cookie 2: its keys are name, value; expected name, value and domain",
    orjson.dumps([{"name": "sessionid", "value": [SESSIONID], "domain": ".instagram.com"}]).decode(): (
        "cookie 1: its keys are name, value, domain; expected name, value and domain as text"
    ),
}


@pytest.mark.parametrize("content", NAMED)
def test_what_cannot_be_read_is_named_and_never_dropped(content: str) -> None:
    assert NAMED[content] in refused(content)


@pytest.mark.parametrize(
    "content",
    [
        f"{GOOD_LINE}\n.example.com\tTRUE\t/\n",
        f"{GOOD_LINE}\njust a word\n",
        orjson.dumps(
            [
                {"name": "sessionid", "value": SESSIONID, "domain": ".instagram.com"},
                {"label": "x", "domain": ".example.com"},
                {"name": "n", "value": {"a": 1}, "host": "example.com"},
            ]
        ).decode(),
    ],
)
def test_what_concerns_other_sites_is_passed_over(content: str) -> None:
    assert read(content).sessionid == SESSIONID


def test_a_cookies_txt_whose_lines_end_with_cr_alone_is_read_and_its_lines_counted() -> None:
    head = "# Netscape HTTP Cookie File\r\r"
    assert read(f"{head}{GOOD_LINE}\r.instagram.com\tTRUE\t/\tTRUE\t0\tcsrftoken\tcsrf\r").csrftoken == "csrf"
    assert "line 3: 8 columns, 7 expected" in refused(f"{head}{GOOD_LINE}\tLax\r")


SET = "; Domain=.instagram.com; expires=Fri, 01-Jan-2100 00:00:00 GMT; Max-Age=31449600; Path=/; Secure; HttpOnly"


@pytest.mark.parametrize("before", ["", "Set-Cookie: ", "set-cookie:", "Cookie: "])
@pytest.mark.parametrize("behind", [SET, f"{SET}; SameSite=None; Priority=High; Partitioned", "; path=/; domain=", ";"])
def test_what_stands_behind_a_cookie_that_an_answer_set_is_no_cookie(before: str, behind: str) -> None:
    content = f"{before}sessionid={SESSIONID}{behind}".encode()
    assert recognise(content, "FILE", NOW).settings == {"cookies": {"sessionid": SESSIONID}}


@pytest.mark.parametrize(
    ("behind", "day"),
    [
        ("; Domain=.instagram.com; expires=Wed, 01-Jan-2025 00:00:00 GMT; Path=/", "2025-01-01"),
        ("; Max-Age=9; Expires=Wed, 01 Jan 2025 00:00:00 GMT", "2025-01-01"),
        ("; Path=/; max-age=0", "1970-01-01"),
        ("; expires=Fri, 01-Jan-2100 00:00:00 GMT; Max-Age=-1", "1970-01-01"),
    ],
)
def test_a_cookie_that_an_answer_set_and_that_has_expired_is_refused_as_expired(behind: str, day: str) -> None:
    said = refused(f"Set-Cookie: sessionid={SESSIONID}{behind}")
    assert said == f"FILE: the cookie sessionid expired on {day}: log in again, then export again"


def test_a_cookie_that_an_answer_of_another_site_set_is_none_of_instagram_s() -> None:
    assert "no cookie of instagram.com" in refused(f"sessionid={SESSIONID}; Domain=.example.com")
    assert "the expiry of the cookie sessionid cannot be read" in refused(f"sessionid={SESSIONID}; expires=soon")


def test_a_list_that_names_no_site_is_instagram_s() -> None:
    assert read(orjson.dumps([{"name": "sessionid", "value": SESSIONID}])).ds_user_id == ACCOUNT


def test_cookies_by_name_may_say_when_they_end() -> None:
    assert "expired on 2027-01-14" in refused(orjson.dumps({"sessionid": SESSIONID, "expiry": NOW - 86400}))
    content = {"sessionid": SESSIONID, "expires": "2030-01-01T00:00:00Z", "ds_user_id": int(ACCOUNT)}
    assert recognise(orjson.dumps(content), "FILE", NOW).settings == {
        "cookies": {"sessionid": SESSIONID, "ds_user_id": ACCOUNT}
    }


def test_a_route_keeps_the_quotes_that_it_came_in() -> None:
    route = f'"RVA\\054{ACCOUNT}\\0541806000000:01f7abc"'
    content = f"{GOOD_LINE}\n.instagram.com\tTRUE\t/\tTRUE\t0\trur\t{route}\n"
    assert recognise(content.encode(), "FILE", NOW).settings["cookies"]["rur"] == route


REQUESTS = {
    "headers": "GET /api/v1/x HTTP/1.1\nHost: www.instagram.com\nCookie: {}\nAccept: */*",
    "headers with CRLF": "GET /api/v1/x HTTP/1.1\r\ncookie:{}\r\n\r\n",
    "Firefox's cURL": "curl 'https://www.instagram.com/x' -H 'Accept: */*' -H 'Cookie: {}' -H 'TE: trailers'",
    "Chrome's cURL": "curl 'https://www.instagram.com/x' \\\n  -H 'accept: */*' \\\n  -b '{}' \\\n  -H 'dpr: 1'",
}


@pytest.mark.parametrize("form", REQUESTS)
def test_a_request_copied_from_developer_tools_is_read_and_one_without_a_sessionid_refused(form: str) -> None:
    cookies = f'csrftoken=csrf; rur="NHA\\0541"; ds_user_id={ACCOUNT}; sessionid={SESSIONID}'
    session = read(REQUESTS[form].format(cookies))
    assert (session.sessionid, session.ds_user_id, session.csrftoken) == (SESSIONID, ACCOUNT, "csrf")
    assert "no session in it" in refused(REQUESTS[form].format("csrftoken=sEcReT"))


@pytest.mark.parametrize(
    "given", [SESSIONID, unquote(SESSIONID), f"sessionid={SESSIONID}", f"Cookie: a=b; sessionid={SESSIONID}"]
)
def test_a_session_in_the_place_of_the_file_is_not_shown(given: str) -> None:
    with pytest.raises(BadInput, match=r"^this is no file that can be read, and may be the session itself") as caught:
        read_source(given, NOW)
    assert not any(part in str(caught.value) for part in unquote(SESSIONID).split(":"))


def test_a_file_that_is_not_there_is_named_even_if_it_is_called_after_what_it_holds() -> None:
    with pytest.raises(BadInput, match=r"^/nowhere/sessionid\.txt: No such file"):
        read_source("/nowhere/sessionid.txt", NOW)
