"""The last steps before and after the network: who gets the session, and what an answer's bytes are."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest

from igcrawl.calling.compression import decompress, plain_body
from igcrawl.errors import Transient
from igcrawl.parsing.envelope import read_envelope
from igcrawl.sessions.answer_cookies import is_foreign_or_gone
from tests.conftest import Scrapy, read_jsonl
from tests.support.certificates import server_context
from tests.support.raw_server import RawServer
from tests.support.recording_server import Recorded, RecordingServer, Reply
from tests.support.session_file import SESSIONID
from tests.support.transports import over_each

BODY = b'{"status":"ok","text":"' + b"x" * 5000 + b'"}'


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(BODY), zlib.compress(BODY), gzip.compress(BODY[:100]) + gzip.compress(BODY[100:])],
    ids=["gzip", "deflate", "two members"],
)
def test_a_compressed_body_comes_out_whole(packed: bytes) -> None:
    assert decompress(packed, 10_000) == BODY


@pytest.mark.parametrize("level", range(10))
def test_deflate_comes_out_whole_with_its_header_and_without(level: int) -> None:
    header, checksum = 2, 4
    packed = zlib.compress(BODY, level)
    for body in (packed, packed[header:-checksum], gzip.compress(BODY, level)):
        assert plain_body(body, [b"deflate"], 10_000) == BODY
        with pytest.raises(Transient):
            plain_body(body[:-20], [b"deflate"], 10_000)


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(BODY)[:-20], b"\x1f\x8bnonsense", gzip.compress(BODY) + b"rest"],
    ids=["cut", "no gzip", "more behind"],
)
def test_a_broken_or_cut_one_is_a_passing_fault(packed: bytes) -> None:
    with pytest.raises(Transient):
        decompress(packed, 10_000)


def test_a_bomb_is_not_unpacked() -> None:
    with pytest.raises(Transient, match="larger than"):
        decompress(gzip.compress(b"0" * 10**7), 10**6)


def test_half_an_emoji_does_not_spoil_a_page() -> None:
    body = rb'{"a":"x\ud83d","b":"\ud83d\ude00","c":"\\ud83d","d":"\ude00"}'
    assert read_envelope(body, "followers") == {"a": "x\ufffd", "b": "😀", "c": "\\ud83d", "d": "\ufffd"}


@pytest.mark.parametrize(
    ("cookie", "taken"),
    [
        ("sessionid=new", True),
        ("sessionid=new; Domain=.instagram.com; Max-Age=31449600", True),
        ("sessionid=new; Expires=Fri, 01 Jan 2100 00:00:00 GMT", True),
        ("sessionid=new; Domain=facebook.com", False),
        ("sessionid=new; Domain=notinstagram.com", False),
        ("sessionid=deleted; Expires=Thu, 01 Jan 1970 00:00:00 GMT", False),
        ("sessionid=deleted; Max-Age=0", False),
        ("sessionid=deleted; Max-Age=-1", False),
    ],
)
def test_only_the_session_s_own_living_cookies_are_taken_over(cookie: str, taken: bool) -> None:
    from http.cookies import SimpleCookie

    (morsel,) = SimpleCookie(cookie).values()
    assert is_foreign_or_gone(morsel) is not taken


@over_each
def test_a_server_with_a_certificate_that_nobody_signed_gets_no_request(
    scrapy: Scrapy, session_file: Path, tmp_path: Path, transport: tuple[str, ...]
) -> None:
    with RawServer(lambda connection, request: False, server_context(tmp_path)) as server:
        url = f"https://localhost:{server.port}"
        run = scrapy(
            "crawl", "profiles", "-a", "user_ids=1", "-O", "x.jsonl", "-s", "RETRY_TIMES=0", *transport,
            IG_MOBILE_URL=url, IG_WEB_URL=url, IG_SESSION=str(session_file),
        )  # fmt: skip
    assert run.code == 1, run.err
    assert server.connections == 1
    assert server.requests == []
    assert read_jsonl(tmp_path / "x.jsonl")[-1]["verdict"] == "failed"


def reply(request: Recorded) -> Reply:
    return 200, {}, b'{"data":{"user":{"pk":"1","username":"u"}},"status":"ok"}'


@over_each
def test_a_proxy_of_the_environment_never_sees_a_session_for_loopback(
    scrapy: Scrapy, session_file: Path, transport: tuple[str, ...]
) -> None:
    with RecordingServer(reply) as proxy, RecordingServer(reply) as server:
        run = scrapy(
            "crawl", "profiles", "-a", "user_ids=1", *transport,
            IG_MOBILE_URL=server.url, IG_WEB_URL=server.url, IG_SESSION=str(session_file), http_proxy=proxy.url,
        )  # fmt: skip
    assert run.code == 0, run.err
    assert proxy.recorded == []
    assert len(server.recorded) == 1


@over_each
def test_resolve_asks_strangers_without_any_part_of_the_session(
    scrapy: Scrapy, session_file: Path, transport: tuple[str, ...]
) -> None:
    def moved(request: Recorded) -> Reply:
        return 302, {"Location": "https://www.instagram.com/p/x/", "Set-Cookie": "sessionid=evil"}, b""

    before = session_file.read_bytes()
    with RecordingServer(moved) as stranger:
        run = scrapy("crawl", "resolve", "-a", f"url={stranger.url}/x", *transport, IG_SESSION=str(session_file))
    assert run.code == 0, run.err
    (request,) = stranger.recorded
    assert request.method == "HEAD"
    assert not {"cookie", "authorization", "x-mid", "ig-u-ds-user-id"} & set(request.headers)
    assert not any(SESSIONID in value for value in request.headers.values())
    assert session_file.read_bytes() == before


@over_each
def test_what_the_server_repeats_of_the_session_is_not_written(
    scrapy: Scrapy, session_file: Path, tmp_path: Path, transport: tuple[str, ...]
) -> None:
    def repeat(request: Recorded) -> Reply:
        return 400, {}, b'{"message":"odd session ' + SESSIONID.encode() + b'","status":"fail"}'

    with RecordingServer(repeat) as server:
        run = scrapy(
            "crawl", "profiles", "-a", "user_ids=1", "-O", "x.jsonl", "-L", "DEBUG", *transport,
            IG_MOBILE_URL=server.url, IG_WEB_URL=server.url, IG_SESSION=str(session_file),
        )  # fmt: skip
    assert run.code == 1
    assert "odd session [redacted]" in run.err
    assert SESSIONID not in run.err + (tmp_path / "x.jsonl").read_text()
