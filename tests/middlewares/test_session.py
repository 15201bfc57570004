"""SessionMiddleware: calls are signed for as long as they are sent, and for nobody but the server."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from scrapy.utils.httpobj import urlparse_cached

from igcrawl.calling.scrapy_request import CallRequest, to_request
from igcrawl.operations.call import Call, Host
from igcrawl.simulator import Simulator
from tests.conftest import ROOT, Scrapy
from tests.support.certificates import make_certificate
from tests.support.leaks import found_in
from tests.support.session_file import secrets_of
from tests.support.transports import over_each

PRIORITIES = range(0, 1000, 45)
RECORDER = """
import pprint

class Recorder:
    def _note(self, *seen):
        with open(f"seen-{type(self).__name__}.txt", "a") as file:
            for each in seen:
                print(each, file=file)
    def _request(self, request):
        queued = request.replace(callback=None, errback=None, cb_kwargs={}).to_dict()
        return request, request.url, request.headers, request.body, request.cookies, request.meta, queued
    def process_request(self, request):
        self._note("request", *self._request(request))
    def process_response(self, request, response):
        self._note("answer", *self._request(request), response.url, response.headers, response.flags)
        return response
    def process_exception(self, request, exception):
        self._note("failed", *self._request(request), exception)
"""
BASES = {Host.MOBILE: "https://localhost", Host.WEB: "https://localhost"}


@over_each
def test_a_middleware_at_any_place_before_it_sees_calls_and_no_session(
    scrapy: Scrapy,
    simulator: Simulator,
    at_simulator: dict[str, str],
    tmp_path: Path,
    transport: tuple[str, ...],
) -> None:
    classes = "".join(f"class At{place}(Recorder): pass\n" for place in PRIORITIES)
    (tmp_path / "mine.py").write_text(RECORDER + classes)
    ours = {
        "igcrawl.middlewares.answers.AnswerMiddleware": 550,
        "igcrawl.middlewares.throttle.ThrottleMiddleware": 950,
        "igcrawl.middlewares.session.SessionMiddleware": 1000,
    }
    installed = orjson.dumps(ours | {f"mine.At{place}": place for place in PRIORITIES}).decode()
    session_file = Path(at_simulator["IG_SESSION"])
    secrets = secrets_of(orjson.loads(session_file.read_bytes()))
    for nth, kind in enumerate(("refresh", "cut_connection", "broken_gzip", "stale_doc_id"), 2):
        simulator.faults.add(operation="followers", nth=nth, kind=kind)
    run = scrapy(
        "crawl", "followers", "-a", "username=instagram", "-a", "max_pages=4", "-O", "x.jsonl",
        "-s", f"DOWNLOADER_MIDDLEWARES={installed}", *transport, **at_simulator,
    )  # fmt: skip
    assert run.code == 0, run.err
    secrets |= {f"new {name}": value for name, value in secrets_of(orjson.loads(session_file.read_bytes())).items()}
    seen = {f"At{place}": (tmp_path / f"seen-At{place}.txt").read_bytes() for place in PRIORITIES}
    assert all(text.count(b"request\n") >= 7 for text in seen.values())
    assert b"failed\n" in seen["At990"]
    assert found_in(seen, secrets) == []
    doc_ids = {request.doc_id for request in simulator.requests if request.doc_id}
    assert not [place for place, text in seen.items() for doc_id in doc_ids if doc_id.encode() in text]


def signed() -> CallRequest:
    request = to_request(Call("followers", {"user_id": "1"}), BASES)
    request.headers["Proxy-Authorization"] = "of the proxy"
    request.sign("https://localhost/path?secret=1", {"Cookie": "secret"}, b"secret")
    return request


def test_a_signed_request_is_what_is_sent_and_a_plain_one_the_call() -> None:
    request = signed()
    assert (request.url, request.body) == ("https://localhost/path?secret=1", b"secret")
    assert request.headers.to_unicode_dict() == {"Cookie": "secret", "Proxy-Authorization": "of the proxy"}
    request.unsign()
    assert (request.url, request.body) == ("https://localhost/graphql/query", b"")
    assert request.headers.to_unicode_dict() == {"Proxy-Authorization": "of the proxy"}


def test_a_line_that_names_a_signed_request_does_not_tell_what_is_sent() -> None:
    assert "secret" not in f"{signed()} {signed()!r}"


def test_the_parsed_url_is_never_that_of_the_other_state() -> None:
    request = to_request(Call("followers", {"user_id": "1"}), BASES)
    assert urlparse_cached(request).query == ""
    for number in "12":
        request.sign(f"https://localhost/path?{number}", {}, b"")
        assert urlparse_cached(request).query == number
        request.unsign()
        assert urlparse_cached(request).query == ""


def test_a_copy_and_a_queued_request_are_plain() -> None:
    request = signed()
    request.unsign()
    copy = request.replace(priority=1)
    assert isinstance(copy, CallRequest)
    assert b"secret" not in pickle.dumps(copy.to_dict())


@pytest.fixture
def http2_server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A server that speaks HTTP/2 over TLS, with a certificate in `certificate.pem`, and what it was asked."""
    asked = tmp_path / "asked.jsonl"
    key, certificate = make_certificate(tmp_path)
    arguments = [sys.executable, "-m", "tests.support.http2_server", str(key), str(certificate), str(asked)]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        yield f"https://localhost:{port}", asked
        server.terminate()


def test_a_call_is_signed_over_http_2_as_well(
    scrapy: Scrapy, session_file: Path, http2_server: tuple[str, Path], tmp_path: Path
) -> None:
    url, asked = http2_server
    run = scrapy(
        "crawl", "followers", "-a", "user_id=25025320", "-a", "surface=rest", "-a", "verify=0", "-O", "x.jsonl",
        "-s", 'DOWNLOAD_HANDLERS={"https": "scrapy.core.downloader.handlers.http2.H2DownloadHandler"}',
        IG_MOBILE_URL=url, IG_WEB_URL=url, IG_SESSION=str(session_file),
        SSL_CERT_FILE=str(tmp_path / "certificate.pem"),
    )  # fmt: skip
    assert run.code == 0, run.err
    requests = [orjson.loads(line) for line in asked.read_bytes().splitlines()]
    assert [request["protocol"] for request in requests] == ["HTTP/2"] * 2
    assert all(request["headers"]["authorization"].startswith("Bearer IGT:2:") for request in requests)
    assert re.search(r"^/api/v1/friendships/25025320/followers/\?.*rank_token=", requests[0]["path"])
    assert "max_id=next" in requests[1]["path"]


def test_a_middleware_that_refuses_everything_ends_the_crawl(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(
        "from scrapy.exceptions import IgnoreRequest\n"
        "class Refusing:\n"
        "    def process_request(self, request):\n"
        "        raise IgnoreRequest\n"
    )
    run = scrapy(
        "crawl", "followers", "-a", "user_id=25025320", "-O", "x.jsonl",
        "-s", 'DOWNLOADER_MIDDLEWARES={"mine.Refusing": 1}', **at_simulator,
    )  # fmt: skip
    assert run.code == 1
    assert "a middleware refused a walk's own request with IgnoreRequest; the crawl stops" in run.err
    assert simulator.requests == []
