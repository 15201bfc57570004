"""TLS: connections on which a session may be sent."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any


def tls_context(settings: Mapping[str, Any]) -> ssl.SSLContext:
    """Return a context that verifies certificates and the names in them.

    Args:
        settings: Scrapy's; DOWNLOAD_TLS_MIN_VERSION and DOWNLOAD_TLS_MAX_VERSION bound the versions.
    """
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    if lowest := settings.get("DOWNLOAD_TLS_MIN_VERSION"):
        context.minimum_version = _version(lowest)
    if highest := settings.get("DOWNLOAD_TLS_MAX_VERSION"):
        context.maximum_version = _version(highest)
    return context


def _version(name: str) -> ssl.TLSVersion:
    """Return the version that Scrapy calls TLSv1.0, TLSv1.1, …"""
    return ssl.TLSVersion[name.replace(".", "_").removesuffix("_0")]
