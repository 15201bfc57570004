"""Our download handler: what it sends is what Scrapy's own sends, and what Scrapy counts and tells is the same."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    StopDownload,
)
from scrapy.http import Response
from scrapy.settings import Settings

from igcrawl.addon import IgcrawlAddon, install
from igcrawl.calling.download_handler import DownloadHandler
from igcrawl.calling.tls import tls_context
from igcrawl.simulator import Simulator
from tests.conftest import Scrapy, read_jsonl
from tests.support.raw_server import PAGE, RawServer, good, headers_of, with_head
from tests.support.transports import HTTP11, OURS

# What is sent


def sent_over(transport: tuple[str, ...], scrapy: Scrapy, session_file: Path) -> list[tuple[bytes, list[bytes], bytes]]:
    """The requests of two crawls: their first line, headers and body."""
    with RawServer(good) as server:
        for spider in ("profiles user_ids=1", "search query=ä+b/c"):
            name, *given = spider.split()
            arguments = [part for each in given for part in ("-a", each)]
            environment = {"IG_MOBILE_URL": server.url, "IG_WEB_URL": server.url, "IG_SESSION": str(session_file)}
            scrapy("crawl", name, *arguments, "-a", "fresh=1", *transport, **environment)
    assert len(server.requests) == 2
    parts = [request.replace(str(server.port).encode(), b"PORT").partition(b"\r\n\r\n") for request in server.requests]
    return [(head.split(b"\r\n")[0], head.split(b"\r\n")[1:], body) for head, _, body in parts]


def lower_names(headers: list[bytes]) -> list[bytes]:
    return [name.lower() + colon + value for name, colon, value in (each.partition(b":") for each in headers)]


def test_it_sends_what_scrapy_s_own_sends_but_for_the_place_of_two_headers_and_the_case_of_names(
    scrapy: Scrapy, session_file: Path
) -> None:
    ours, scrapys = (sent_over(transport, scrapy, session_file) for transport in (OURS, HTTP11))
    assert any(b"X-IG-App-ID: 567067343352427" in headers for _, headers, _ in ours), "names are as the app writes them"
    new = re.compile(rb"(x-pigeon-(?:session-id|rawclienttime):).*")
    for (line, as_sent, body), (other_line, as_scrapy_sends, other_body) in zip(ours, scrapys, strict=True):
        assert (line, body) == (other_line, other_body)
        headers, other_headers = lower_names(as_sent), lower_names(as_scrapy_sends)
        assert sorted(new.sub(rb"\1", each) for each in headers) == sorted(new.sub(rb"\1", e) for e in other_headers)
        own, other_own = (
            [each.partition(b":")[0] for each in those if not each.startswith((b"host:", b"content-length:"))]
            for those in (headers, other_headers)
        )
        assert own == other_own


def test_a_crawl_keeps_its_connection(scrapy: Scrapy, session_file: Path) -> None:
    with RawServer(good) as server:
        run = scrapy(
            "crawl", "profiles", "-a", "user_ids=1,2,3",
            IG_MOBILE_URL=server.url, IG_WEB_URL=server.url, IG_SESSION=str(session_file),
        )  # fmt: skip
    assert run.code == 0, run.err
    assert len(server.requests) == 3
    assert server.connections == 1


# What Scrapy counts and tells

TELLING = """
from scrapy import signals

class Telling:
    def __init__(self, crawler):
        self.crawler, self.told = crawler, []
        for name in (
            "request_reached_downloader", "headers_received", "bytes_received", "response_downloaded",
            "request_left_downloader", "response_received",
        ):
            crawler.signals.connect(self.tell(name), getattr(signals, name), weak=False)
        crawler.signals.connect(self.write, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler):
        return cls(crawler)

    def tell(self, name):
        def told(request, **arguments):
            if request.url.startswith("http") and self.told[-1:] != [name]:  # chunks are as they come
                self.told.append(name)
        return told

    def write(self):
        import json
        stats = {name: value for name, value in self.crawler.stats.get_stats().items() if "downloader/" in name}
        with open("told.json", "w") as file:
            json.dump([self.told, stats], file)
"""


def test_signals_statistics_and_throttle_are_those_of_scrapy_s_own(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(TELLING)
    told = []
    options = ("-s", 'EXTENSIONS={"mine.Telling": 1}', "-s", "AUTOTHROTTLE_ENABLED=True", "-s", "AUTOTHROTTLE_DEBUG=1")
    options += ("-s", "AUTOTHROTTLE_START_DELAY=0.01", "-s", "DOWNLOAD_DELAY=0.001")
    for transport in (OURS, HTTP11):
        command = ("crawl", "followers", "-a", "user_id=25025320", "-a", "max_pages=3", "-a", "fresh=1")
        run = scrapy(*command, "-O", "x.jsonl", *options, *transport, **at_simulator)
        assert run.code == 0, run.err
        assert run.err.count("latency:") == 4
        told.append(orjson.loads((tmp_path / "told.json").read_bytes()))
    ours, scrapys = told
    assert ours == scrapys
    assert ours[0].count("headers_received") == ours[0].count("bytes_received") == 4
    assert ours[1]["downloader/response_count"] == 5


def test_without_a_reactor_a_crawl_is_the_same(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    written = []
    for reactor in (True, False):
        command = ("crawl", "followers", "-a", "user_id=25025320", "-a", "fresh=1", "-O", "x.jsonl")
        run = scrapy(*command, "-s", f"TWISTED_REACTOR_ENABLED={reactor}", **at_simulator)
        assert run.code == 0, run.err
        # As Scrapy's handler for this says of itself.
        assert "experimental" not in run.err
        written.append([record.get("pk") for record in read_jsonl(tmp_path / "x.jsonl")])
    assert len(written[0]) == 1002
    assert written[0] == written[1]


# The handler by itself


def fetch(
    *urls: str, connect: Callable[[Crawler], object] | None = None, pause: float = 0, **settings: Any
) -> list[Response]:
    """Answers to requests, one after another over one handler."""
    crawler = Crawler(Spider, Settings(settings))
    if connect is not None:
        connect(crawler)

    async def all_of_them() -> list[Response]:
        handler = DownloadHandler.from_crawler(crawler)
        answers = []
        try:
            for url in urls:
                answers.append(await handler.download_request(Request(url, headers={"Cookie": "secret"})))
                await asyncio.sleep(pause)
        finally:
            await handler.close()
        return answers

    return asyncio.run(all_of_them())


def answering(answer: bytes, kept: bool = False) -> RawServer:
    def send(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(answer)
        return kept

    return RawServer(send)


def silent(connection: socket.socket, request: bytes) -> bool:
    connection.recv(1)
    return False


@pytest.mark.parametrize(
    ("server", "settings", "error"),
    [
        (RawServer(silent), {"DOWNLOAD_TIMEOUT": 0.05}, DownloadTimeoutError),
        (answering(b""), {}, DownloadFailedError),
        (answering(b"no HTTP"), {}, DownloadFailedError),
        (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123"), {}, ResponseDataLossError),
        (answering(with_head(b"x" * 2000)), {"DOWNLOAD_MAXSIZE": 1999}, DownloadCancelledError),
        (answering(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 2000), {"DOWNLOAD_MAXSIZE": 1999}, DownloadCancelledError),
    ],
    ids=["silence", "nothing", "no HTTP", "cut", "too long by what it says", "too long"],
)
def test_an_error_is_scrapy_s_and_holds_nothing_of_the_request(
    server: RawServer, settings: dict[str, Any], error: type[Exception]
) -> None:
    with server, pytest.raises(error) as caught:
        fetch(f"{server.url}/?secret", **settings)
    assert "secret" not in f"{caught.value!r}"
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


def test_where_nobody_listens_the_connection_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(DownloadConnectionRefusedError):
        fetch(f"http://127.0.0.1:{port}")


def test_a_request_is_sent_once_although_its_connection_was_used_before() -> None:
    def answer_once(connection: socket.socket, request: bytes) -> bool:
        if b"first" in request:
            connection.sendall(with_head(PAGE))
        return b"first" in request

    with RawServer(answer_once) as server, pytest.raises(DownloadFailedError):
        fetch(f"{server.url}/first", f"{server.url}/second")
    assert [request.split()[1] for request in server.requests] == [b"/first", b"/second"]


@pytest.mark.parametrize("pause", [0.0, 0.05], ids=["at once", "later"])
def test_an_answer_that_nobody_asked_for_is_not_taken_for_the_next(pause: float) -> None:
    def answer_twice(connection: socket.socket, request: bytes) -> bool:
        answer = with_head(request.split()[1])
        if pause == 0:
            # In two parts, the second could come behind the next request.
            connection.sendall(answer * 2)
        else:
            connection.sendall(answer)
            time.sleep(pause)
            connection.sendall(answer)
        return True

    with RawServer(answer_twice) as server:
        answers = fetch(f"{server.url}/first", f"{server.url}/second", pause=4 * pause)
    assert [answer.body for answer in answers] == [b"/first", b"/second"]
    assert server.connections == 2


def test_an_answer_comes_as_it_is() -> None:
    packed = ("Content-Encoding: gzip", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2; Path=/", "Location: /elsewhere")
    with answering(with_head(b"\x1f\x8bno gzip", *packed, status="302 Found"), kept=True) as server:
        answers = fetch(f"{server.url}/a%2Fb?c=%7e", f"{server.url}/2")
    assert [(answer.status, answer.body) for answer in answers] == [(302, b"\x1f\x8bno gzip")] * 2
    assert answers[0].headers.getlist("Set-Cookie") == [b"a=1; Path=/", b"b=2; Path=/"]
    assert server.requests[0].split(b"\r\n")[0] == b"GET /a%2Fb?c=%7e HTTP/1.1"
    assert [set(headers_of(request)) for request in server.requests] == [{b"host", b"cookie"}] * 2
    assert headers_of(server.requests[1])[b"cookie"] == b"secret"


@pytest.mark.parametrize("signal", [signals.headers_received, signals.bytes_received])
@pytest.mark.parametrize("fail", [True, False])
def test_the_handler_of_a_signal_can_stop_a_download(signal: object, fail: bool) -> None:
    def stop() -> None:
        raise StopDownload(fail=fail)

    def connect(crawler: Crawler) -> None:
        crawler.signals.connect(stop, signal)

    with answering(with_head(PAGE)) as server:
        if fail:
            with pytest.raises(StopDownload) as stopped:
                fetch(server.url, connect=connect)
            answer = stopped.value.response
        else:
            (answer,) = fetch(server.url, connect=connect)
    assert answer is not None
    assert answer.flags == ["download_stopped"]
    assert answer.body == (PAGE if signal is signals.bytes_received else b"")


def test_the_versions_of_tls_are_those_of_scrapy_s_settings() -> None:
    context = tls_context({"DOWNLOAD_TLS_MIN_VERSION": "TLSv1.2", "DOWNLOAD_TLS_MAX_VERSION": "TLSv1.3"})
    assert (context.minimum_version.name, context.maximum_version.name) == ("TLSv1_2", "TLSv1_3")
    assert context.check_hostname


# Who is served by it


def handlers(**given: Any) -> dict[str, Any]:
    settings = Settings({"DOWNLOAD_HANDLERS": given} if given else {})
    install(settings)
    return dict(settings.getwithbase("DOWNLOAD_HANDLERS"))


def test_a_handler_that_is_named_explicitly_stays_and_the_other_scheme_has_ours() -> None:
    ours = "igcrawl.calling.download_handler.DownloadHandler"
    assert [handlers()[scheme] for scheme in ("http", "https")] == [ours, ours]
    assert handlers(https="mine.Handler")["https"] == "mine.Handler"
    assert handlers(https="mine.Handler")["http"] == ours
    assert handlers(http=None)["http"] is None


def test_spiders_of_others_keep_scrapy_s_own() -> None:
    settings = Settings()
    before = dict(settings.getwithbase("DOWNLOAD_HANDLERS"))
    IgcrawlAddon(Crawler(Spider, settings)).update_settings(settings)
    assert dict(settings.getwithbase("DOWNLOAD_HANDLERS")) == before
