"""A session goes to Instagram's own hosts by TLS or to loopback, and nowhere else."""

from __future__ import annotations

import pytest

from igcrawl.errors import BadInput
from igcrawl.sessions.trusted_hosts import INSTAGRAM, check_base_url, is_loopback, is_trusted, server_name


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
        "HTTPS://I.Instagram.COM:443/x?next=https://evil.example",
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
        "https://i.instagram.com.evil.example",
        "https://i.instagram.com@evil.example",
        "https://user@i.instagram.com",
        "https://i.instagram.com:443@evil.example",
        "http://127.0.0.1@evil.example",
        "http://evil.example@127.0.0.1",
        "https://evil.example\\.instagram.com",
        "https://i.instagram.com\\@evil.example",
        "https://evil.example%2F.instagram.com",
        "https://evil.example%00.instagram.com",
        "https://evil.example#.instagram.com",
        "https://evil.example?.instagram.com",
        "https://evil.example;.instagram.com",
        "https://evil.example .instagram.com",
        "https://evil.example\n.instagram.com",
        "https://evil.example\t.instagram.com",
        "https://evil。example.instagram.com",
        "https://evil。instagram.com",
        "https://i.ınstagram.com",
        "https://i.ⅰnstagram.com",
        "https://i.inſtagram.com",
        "https://xn--nstagram-skb.com",
        "https://i.instagram.com.",
        "https://.instagram.com",
        "https://i..instagram.com",
        "https://i.instagram.com:443:443",
        "https://[i.instagram.com]",
        "https:i.instagram.com",
        "https:///i.instagram.com",
        "//i.instagram.com",
        "http://127.1",
        "http://0x7f000001",
        "http://[::ffff:10.0.0.1]",
        "http://[fe80::1]",
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


@pytest.mark.parametrize("url", ["http://[127.0.0.1", "http://[localhost]", "http://localhost.evil.example", "data:,1"])
def test_what_is_no_address_of_this_machine_is_not_taken_for_one(url: str) -> None:
    assert not is_loopback(url)


def test_a_server_has_one_name_by_which_a_session_s_state_is_kept() -> None:
    assert server_name(["http://127.0.0.1:8001", "http://localhost:8000"]) == "loopback:8000,8001"
    assert server_name(["https://[::1]", "http://localhost", "http://127.0.0.1"]) == "loopback:80,443"
    # A part that is Instagram's is what the account is judged by.
    assert server_name(["http://127.0.0.1:1", "https://i.instagram.com"]) == INSTAGRAM
