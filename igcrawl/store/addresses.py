"""Addresses of Postgres databases, as libpq reads them; what it would read otherwise is refused. Pure."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

_SCHEMES: Final = ("postgresql://", "postgres://")
#: What a name or password may have as it is; anything else is written as %40.
_PLAIN: Final = re.compile(r"(?:[^\s@\[\]/%]|%[0-9A-Fa-f]{2})*")
_PORT: Final = re.compile(r"[0-9]{0,5}")
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\[\]:@\s]*)(?::(.*))?", re.S)
_MOST: Final = 65535
_ENCODE: Final = (
    "special characters in its user and password must be percent-encoded: @ as %40, [ as %5B, / as %2F, % as %25"
)
_FORM: Final = "expected postgresql://user:password@host:5432/database"


def is_postgres_url(url: str) -> bool:
    """Return whether a store's address is that of a Postgres database."""
    return url.startswith(_SCHEMES)


def postgres_url_problem(url: str) -> str | None:
    """Return why an address cannot be used, None when it can be. No part of it is in the text.

    Args:
        url: one for which `is_postgres_url` is true.
    """
    if not url.isprintable():
        return f"its address has characters that cannot be seen; {_FORM}"
    credentials, hosts, tail = _parts(url)
    if not _PLAIN.fullmatch(credentials) or "\0" in unquote(credentials) or "@" in hosts:
        return _ENCODE
    if not all(map(_is_host, hosts.split(","))):
        return _ENCODE if "@" in tail else f"its host or port cannot be read; {_FORM}"
    # A password with a slash: libpq would take its first half for the port.
    return _ENCODE if not credentials and "@" in tail.partition("?")[0] else None


def password_of(url: str) -> str:
    """Return the password in an address as it is written there, "" for none."""
    return _parts(url)[0].partition(":")[2]


def _parts(url: str) -> tuple[str, str, str]:
    """Return user and password, the hosts, and what stands behind them."""
    head, _, tail = url.partition("://")[2].partition("/")
    credentials, _, place = head.rpartition("@") if head.count("@") < 2 else head.partition("@")
    hosts, _, query = place.partition("?")
    return credentials, hosts, query or tail


def _is_host(text: str) -> bool:
    named = _HOST.fullmatch(text)
    return named is not None and (not named[2] or (bool(_PORT.fullmatch(named[2])) and 0 < int(named[2]) <= _MOST))
