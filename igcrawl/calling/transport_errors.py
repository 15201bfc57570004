"""Errors of a transport, as Scrapy names them."""

from __future__ import annotations

import aiohttp
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)


def translated(error: Exception, seconds: float) -> Exception:
    """Return Scrapy's exception for what aiohttp or the system said, without the request that aiohttp's names.

    Args:
        error: as it was raised.
        seconds: within which the whole answer was wanted.
    """
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return CannotResolveHostError("the server's name is not known")
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return DownloadFailedError("the server's certificate cannot be verified")
    if isinstance(error, aiohttp.ClientConnectorError):
        return DownloadConnectionRefusedError("there is no connection to the server")
    if isinstance(error, aiohttp.ClientPayloadError):
        return ResponseDataLossError("the answer was cut")
    if isinstance(error, TimeoutError):
        return DownloadTimeoutError(f"the whole answer was not there within {seconds:g} seconds")
    if isinstance(error, aiohttp.ClientResponseError):
        return DownloadFailedError("the answer is no HTTP, or its headers are too many or too long")
    return DownloadFailedError("the connection was lost")
