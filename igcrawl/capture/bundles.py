"""Registered ids in the text of pages and script bundles: modules named ``<Query>_instagramRelayOperation``."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from igcrawl.capture.seen_query import SeenQuery, seen_query_of
from igcrawl.operations.operation import Surface

_MODULE: Final = re.compile(
    r'__d\(\s*"([A-Za-z0-9_]{3,150})_instagramRelayOperation"\s*,'
    # A module is one assignment; the next one begins with the same characters and must not be reached.
    r"(?:(?!__d\().){0,300}?"
    r'\.exports\s*=\s*"([0-9]{5,40})"',
    re.DOTALL,
)
_ROOT: Final = re.compile(
    r'"([A-Za-z0-9_]{3,150})_instagramRelayOperation"\s*\)\s*,\s*metadata\s*:\s*\{[^{}]{0,400}?'
    r'root_field_name\s*:\s*\[\s*"([A-Za-z0-9_]{1,150})"'
)
#: An address of a script, in an attribute or in JSON, whose slashes may be escaped.
_SCRIPT: Final = re.compile(r"""["']((?:https?:)?\\?/[^"'\s<>]{1,1500}?\.js(?:\?[^"'\s<>]{0,500})?)["']""")
_CDN: Final = (".cdninstagram.com", ".fbcdn.net", ".instagram.com")


def queries_in(text: str, seen: str = "") -> Iterator[SeenQuery]:
    """Yield the queries of which a text holds the module.

    Args:
        text: a page's HTML or a script.
        seen: today, as YYYY-MM-DD.
    """
    roots = dict(_ROOT.findall(text))
    for name, doc_id in _MODULE.findall(text):
        seen_query = seen_query_of(name, doc_id, Surface.WEB_GRAPHQL, roots.get(name), {}, seen)
        if seen_query is not None:
            yield seen_query


def scripts_in(text: str, page_url: str) -> Iterator[str]:
    """Yield the addresses of scripts that a text links or knows of for later, in their order.

    Only those of the page's own site: its host, or for Instagram its content network.
    """
    for found in _SCRIPT.findall(text):
        url = urljoin(
            page_url, html.unescape(found.replace("\\/", "/").replace("\\u0025", "%").replace("\\u0026", "&"))
        )
        if is_of_site(url, page_url):
            yield url


def is_of_site(url: str, page_url: str) -> bool:
    """Return whether a script belongs to the site of a page."""
    try:
        script, page = urlsplit(url), urlsplit(page_url)
        if (script.scheme, script.netloc) == (page.scheme, page.netloc):
            return True
        host, page_host = script.hostname or "", page.hostname or ""
    except ValueError:
        return False
    return script.scheme == "https" and page_host.endswith("instagram.com") and f".{host}".endswith(_CDN)
