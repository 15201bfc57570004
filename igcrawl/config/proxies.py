"""Proxies of the environment: checked before a request would go out by them, or past them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from scrapy.settings import BaseSettings

from igcrawl.errors import BadInput

#: Variables that name a proxy, in small letters, as they count in either case.
_READ: Final = ("http_proxy", "https_proxy")
#: Other programs read it, Scrapy does not.
_UNREAD: Final = "all_proxy"
_EXPECTED: Final = "http://host:port or http://user:password@host:port, with special characters in them written as %40"


def check_proxies(settings: BaseSettings, *, far: bool, environment: Mapping[str, str] = os.environ) -> None:
    """Check the proxies of the environment. No part of an address is in an error: it may hold a password.

    Args:
        settings: Scrapy's, which may turn proxies off.
        far: whether requests leave this machine; loopback is asked directly.
        environment: the process's.

    Raises:
        BadInput: one cannot be used, or one is meant that would not be.
    """
    if not settings.getbool("HTTPPROXY_ENABLED"):
        return
    given = {name.lower(): (name, value) for name, value in environment.items() if value}
    # Small letters win, as they do for those that read them.
    given |= {name: (name, value) for name, value in environment.items() if name == name.lower() and value}
    for known in (*_READ, _UNREAD):
        if known in given:
            name, value = given[known]
            _check(name, value)
    if far and _UNREAD in given and "https_proxy" not in given:
        raise BadInput(f"{given[_UNREAD][0]} is not read, so requests would go out directly; give https_proxy, too")


def _check(name: str, value: str) -> None:
    problem = _problem(value)
    if problem is not None:
        raise BadInput(f"{name}: {problem}; expected {_EXPECTED}")


def _problem(value: str) -> str | None:
    if not value.isprintable() or value != value.strip():
        return "it has blanks around it, or characters that cannot be seen"
    scheme, divider, _ = value.partition("://")
    if not divider:
        return "it has no scheme"
    if scheme.lower() not in {"http", "https"}:
        return "only http and https proxies can be used" if scheme.isalnum() else "it has no scheme"
    try:
        parts = urlsplit(value)
        port, host = parts.port, parts.hostname
    except ValueError:
        return "its port is no number from 1 to 65535, or its host cannot be read"
    if port == 0:
        return "its port is no number from 1 to 65535, or its host cannot be read"
    if not host or any(character.isspace() for character in host):
        return "it has no host"
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        return "there is something after its host and port"
    return None
