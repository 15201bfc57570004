"""A session goes to Instagram's own hosts by TLS or to loopback, and nowhere else."""

from __future__ import annotations

import pytest

from igcrawl.errors import BadInput
from igcrawl.hosts import check_base_url, is_trusted


@pytest.mark.parametrize(
    "url",
    [
        "https://i.instagram.com",
        "https://www.instagram.com/graphql/query/",
        "https://instagram.com",
        "http://127.0.0.1:8765",
        "http://localhost:1",
        "http://[::1]:80",
        "https://127.9.9.9",
    ],
)
def test_these_may_have_it(url: str) -> None:
    assert is_trusted(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://i.instagram.com",
        "https://instagram.com.evil.example",
        "https://evilinstagram.com",
        "https://instagram.com@evil.example",
        "http://192.168.0.1",
        "http://10.0.0.1",
        "https://0.0.0.0",
        "https://localhost.evil.example",
        "ftp://127.0.0.1",
        "i.instagram.com",
        "",
    ],
)
def test_these_may_not(url: str) -> None:
    assert not is_trusted(url)
    with pytest.raises(BadInput, match="IG_WEB_URL"):
        check_base_url(url, "IG_WEB_URL")


@pytest.mark.parametrize("url", ["http://127.0.0.1:notaport", "http://127.0.0.1:8?x=1", "http://a@127.0.0.1"])
def test_a_base_url_is_scheme_host_and_port(url: str) -> None:
    with pytest.raises(BadInput, match="IG_MOBILE_URL"):
        check_base_url(url, "IG_MOBILE_URL")
