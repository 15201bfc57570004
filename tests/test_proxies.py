"""Proxies that the environment names: who gets their credentials, and what becomes of a walk without a tunnel."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import Scrapy, read_jsonl
from tests.support.certificates import server_context
from tests.support.raw_server import RawServer, good, headers_of, join, with_head
from tests.support.transports import over_each


@contextmanager
def proxy_to(port: int, status: str = "200 Connected") -> Iterator[RawServer]:
    """A proxy whose every tunnel leads to one port of loopback."""

    def tunnel(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
        if status.startswith("200"):
            with socket.create_connection(("127.0.0.1", port)) as server:
                join(connection, server)
        return False

    with RawServer(tunnel) as proxy:
        yield proxy


#: Only loopback is asked again without long pauses.
LOCAL = {"IG_MOBILE_URL": "http://127.0.0.1:1", "IG_WEB_URL": "http://127.0.0.1:1"}
CREDENTIALS = b"Basic " + base64.b64encode(b"me:my password")


@over_each
def test_a_proxy_of_the_environment_gets_its_credentials_and_the_server_behind_it_does_not(
    scrapy: Scrapy, session_file: Path, tmp_path: Path, transport: tuple[str, ...]
) -> None:
    def moved(connection: socket.socket, request: bytes) -> bool:
        connection.sendall(with_head(b"", "Location: https://elsewhere.example/y", status="302 Found"))
        return True

    with RawServer(moved, server_context(tmp_path, "stranger.example")) as server, proxy_to(server.port) as proxy:
        run = scrapy(
            "crawl", "resolve", "-a", "url=https://stranger.example/x?a=b", "-O", "x.jsonl", *transport,
            IG_SESSION=str(session_file), https_proxy=f"http://me:my%20password@127.0.0.1:{proxy.port}",
            SSL_CERT_FILE=str(tmp_path / "certificate.pem"), **LOCAL,
        )  # fmt: skip
    assert run.code == 0, run.err
    assert read_jsonl(tmp_path / "x.jsonl")[0]["location"] == "https://elsewhere.example/y"
    (connect,), (request,) = proxy.requests, server.requests
    assert connect.startswith(b"CONNECT stranger.example:443 HTTP/1.1\r\n")
    assert headers_of(connect)[b"proxy-authorization"] == CREDENTIALS
    assert request.startswith(b"HEAD /x?a=b HTTP/1.1\r\n")
    assert b"proxy-authorization" not in headers_of(request)


@over_each
def test_a_proxy_of_the_environment_is_asked_for_plain_http_with_its_credentials(
    scrapy: Scrapy, session_file: Path, transport: tuple[str, ...]
) -> None:
    with RawServer(good) as proxy:
        command = ("crawl", "resolve", "-a", "url=http://stranger.example/x", "-s", "RETRY_TIMES=0", *transport)
        of_proxy = {"http_proxy": f"http://me:my%20password@127.0.0.1:{proxy.port}", "IG_SESSION": str(session_file)}
        of_proxy |= LOCAL
        assert scrapy(*command, **of_proxy).code == 0
        assert scrapy(*command, "-a", "fresh=1", **of_proxy, no_proxy="stranger.example").code == 1
    (request,) = proxy.requests
    assert request.startswith(b"HEAD http://stranger.example/x HTTP/1.1\r\n")
    assert headers_of(request)[b"proxy-authorization"] == CREDENTIALS


@over_each
def test_a_proxy_that_opens_no_tunnel_is_a_failure_of_the_walk(
    scrapy: Scrapy, session_file: Path, tmp_path: Path, transport: tuple[str, ...]
) -> None:
    with proxy_to(0, "407 Proxy Authentication Required") as proxy:
        run = scrapy(
            "crawl", "resolve", "-a", "url=https://stranger.example/x", "-O", "x.jsonl", "-s", "RETRY_TIMES=1",
            *transport, IG_SESSION=str(session_file), https_proxy=f"http://me:secret@127.0.0.1:{proxy.port}", **LOCAL,
        )  # fmt: skip
    assert run.code == 1, run.err
    assert len(proxy.requests) == 2
    walk = read_jsonl(tmp_path / "x.jsonl")[-1]
    assert walk["verdict"] == "failed"
    for said in (walk["reason"], run.err):
        assert f"the proxy 127.0.0.1:{proxy.port}" in said
        assert "secret" not in said
    assert "Traceback" not in run.err
