"""Errors of transports in words: what failed, without a part of the request."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from igcrawl.calling.transport_errors import in_words, translated


@pytest.mark.parametrize(
    ("proxy", "place"),
    [
        ("http://me:secret@proxy.example:3128", "proxy.example:3128"),
        ("http://me:se@cret@[::1]:3128/", "[::1]:3128"),
        ("https://proxy.example", "proxy.example:443"),
        ("http://proxy.example:port", "of the environment"),
    ],
)
def test_a_proxy_that_fails_is_named_as_the_proxy_whatever_fails(proxy: str, place: str) -> None:
    key: Any = ConnectionKey("h", 443, True, True, None, None, None)
    request: Any = SimpleNamespace(real_url="https://me:secret@h", headers={})
    failures: list[Exception] = [
        aiohttp.ClientProxyConnectionError(key, OSError(111, "refused")),
        aiohttp.ClientConnectorDNSError(key, OSError(-2, "unknown")),
        aiohttp.ClientHttpProxyError(request, (), status=407, message="secret"),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        ConnectionResetError(),
    ]
    for failure in failures:
        said = in_words(translated(failure, proxy), proxy)
        assert f"the proxy {place}" in said, failure
        assert "secret" not in said and "se@cret" not in said
        assert "proxy" not in in_words(translated(failure)) or isinstance(
            failure, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError
        )
