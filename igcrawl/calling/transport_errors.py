"""Errors of transports: as Scrapy names them, and in words for the operator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

_NO_SUCH_HOST: Final = "the server's name cannot be resolved"
_NOT_VERIFIED: Final = "the server's certificate cannot be verified"
_NO_CONNECTION: Final = "there is no connection to the server"
_NO_TUNNEL: Final = "the proxy could not reach the server"
#: Statuses with which a proxy asks for a login.
_WANTS_LOGIN: Final = 407
_CUT: Final = "the answer is cut or its chunks are broken"
_TOO_LATE: Final = "the whole answer did not come within DOWNLOAD_TIMEOUT"
_NO_HTTP: Final = "the answer is no valid HTTP, or its headers are too many or too long"
_LOST: Final = "the connection was closed before the answer came"
#: By the name of the class, so that nothing of Twisted is imported where it is not used.
_WORDS: Final[Mapping[str, str]] = {
    "CannotResolveHostError": _NO_SUCH_HOST,
    "DownloadCancelledError": "the answer is larger than DOWNLOAD_MAXSIZE",
    "DownloadConnectionRefusedError": _NO_CONNECTION,
    "DownloadFailedError": "the connection was closed before the answer came, or the answer is no valid HTTP",
    "DownloadTimeoutError": _TOO_LATE,
    "ResponseDataLossError": _CUT,
    "TunnelError": _NO_TUNNEL,
    "ConnectionClosed": _LOST,
    "ConnectError": _NO_CONNECTION,
}
_PRECISE: Final = frozenset({_NOT_VERIFIED, _NO_TUNNEL, _NO_HTTP, _LOST})


class ProxyFailed(DownloadFailedError):
    """Raised when a proxy, not the server, is why there is no answer; its text names the proxy."""


def place_of(proxy: str) -> str:
    """Return a proxy's host and port, without user and password."""
    try:
        parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "of the environment"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def translated(error: Exception, proxy: str | None = None) -> Exception:
    """Return Scrapy's exception for what aiohttp or the system said, without the request that aiohttp's names.

    Args:
        error: its own.
        proxy: by which the request went, None for none.
    """
    return _translated(error) if proxy is None else _of_proxy(error, proxy)


def _of_proxy(error: Exception, proxy: str) -> Exception:
    where = place_of(proxy)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return ProxyFailed(f"the proxy {where} cannot be reached: its name cannot be resolved")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        wants = " and wants a user and a password" if error.status == _WANTS_LOGIN else ""
        return ProxyFailed(f"the proxy {where} does not connect to the server: it answered {error.status}{wants}")
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return ProxyFailed(f"the proxy {where} cannot be reached")
    return _translated(error)


def _translated(error: Exception) -> Exception:
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return CannotResolveHostError(_NO_SUCH_HOST)
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return DownloadFailedError(_NOT_VERIFIED)
    if isinstance(error, aiohttp.ClientProxyConnectionError | aiohttp.ClientHttpProxyError):
        return DownloadFailedError(_NO_TUNNEL)
    if isinstance(error, aiohttp.ClientConnectorError):
        return DownloadConnectionRefusedError(_NO_CONNECTION)
    if isinstance(error, aiohttp.ClientPayloadError):
        return ResponseDataLossError(_CUT)
    if isinstance(error, TimeoutError):
        return DownloadTimeoutError(_TOO_LATE)
    if isinstance(error, aiohttp.ClientResponseError):
        return DownloadFailedError(_NO_HTTP)
    return DownloadFailedError(_LOST)


def in_words(error: Exception, proxy: str | None = None) -> str:
    """Return what an exception of a download handler means, in words that hold nothing of the request.

    Args:
        error: the exception.
        proxy: by which the request went, None for none.
    """
    if isinstance(error, ProxyFailed):
        return str(error)
    said = _in_words(error)
    return said if proxy is None else f"{said}; it was asked through the proxy {place_of(proxy)}"


def _in_words(error: Exception) -> str:
    said = str(error)
    if said in _PRECISE:
        return said
    if "certificate verify failed" in said:
        return _NOT_VERIFIED
    names = [kind.__name__ for kind in type(error).__mro__]
    return next((_WORDS[name] for name in names if name in _WORDS), names[0])
