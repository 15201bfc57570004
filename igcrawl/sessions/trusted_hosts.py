"""Hosts that may receive a session: Instagram's own by TLS, or loopback. No others."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from igcrawl.errors import BadInput

#: Scheme, host and port as every reader of URLs reads them: no user, no backslash, no empty label, plain ASCII.
_PLAIN: Final = re.compile(
    r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::\d{1,5})?(?:[/?#].*)?", re.A | re.I | re.S
)

#: The name of Instagram as a server, whichever of its hosts is asked.
INSTAGRAM: Final = "instagram.com"


def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this machine."""
    try:
        return _is_own(urlsplit(url).hostname or "")
    except ValueError:
        return False


@lru_cache(64)
def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    return ipaddress.ip_address(host).is_loopback


def server_name(urls: Iterable[str]) -> str:
    """Return one name for the server behind base URLs: Instagram, or the ports of this machine."""
    ports = set()
    for url in urls:
        if not is_loopback(url):
            return INSTAGRAM
        parts = urlsplit(url)
        ports.add(parts.port or (443 if parts.scheme == "https" else 80))
    return f"loopback:{','.join(map(str, sorted(ports)))}"


def is_trusted(url: str) -> bool:
    """Return whether a session may be attached to a request for a URL."""
    plain = _PLAIN.fullmatch(url)
    if plain is None:
        return False
    scheme, host = plain[1].lower(), plain[2].lower()
    if scheme == "https" and (host == "instagram.com" or host.endswith(".instagram.com")):
        return True
    return is_loopback(url)


def check_base_url(url: str, setting: str) -> str:
    """Return a base URL without its last slash.

    Raises:
        BadInput: a session may not be sent there, or it is no base URL.
    """
    try:
        parts = urlsplit(url)
        trusted = is_trusted(url) and parts.port != 0
    except ValueError:
        trusted = False
    if not trusted:
        raise BadInput(f"{setting}: a session is sent only to https://*.instagram.com or to loopback, not to {url!r}")
    if parts.query or parts.fragment or parts.username:
        raise BadInput(f"{setting}: expected scheme, host and port only, got {url!r}")
    return url.rstrip("/")
