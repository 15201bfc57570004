"""Call -> scrapy.Request, and its fingerprint. No credential, no doc_id: those are attached just before sending."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final

import orjson
from scrapy import Request
from scrapy.http import Headers

from igcrawl.calling.wire import address
from igcrawl.operations.call import Call, Host
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.sessions.trusted_hosts import is_loopback

#: Key in `Request.meta` under which the call travels.
CALL: Final = "igcrawl_call"
#: Key in `Request.meta` under which operation and target of the walk that asks travel, for the raw archive.
WALK: Final = "igcrawl_walk"
#: Key in `Request.meta` under which the walk's own token travels, which tells one run of a walk from another.
RUN: Final = "igcrawl_run"
#: Key in `Request.meta` under which the time of the answer comes back, UTC, ISO 8601.
ANSWERED_AT: Final = "igcrawl_answered_at"
#: Key in `Request.meta` of a step of evidence: when it is throttled, nobody waits for it.
CANARY: Final = "igcrawl_canary"
#: Key in `Request.meta` of a call whose answer is no part of the walk, so that no archive keeps it.
ASIDE: Final = "igcrawl_aside"
#: Key in `Request.meta` of a call for which the session has rested.
RESTED: Final = "igcrawl_rested"
#: Key in `Request.meta` under which the answer's envelope comes back.
ENVELOPE: Final = "igcrawl_envelope"
#: Key in `Request.meta` under which a fault of the transport comes back: the answer's body could not be read.
UNREADABLE: Final = "igcrawl_unreadable"


class _Signed:
    """A request as sent over the wire; holds credentials."""

    def __init__(self, url: str, fields: dict[str, str], body: bytes) -> None:
        self.url = url
        self.fields = fields
        self.body = body

    @cached_property
    def headers(self) -> Headers:
        """The headers as Scrapy has them; made for who asks, since it takes long to make them."""
        return Headers(self.fields)


class CallRequest(Request):
    """The request of a call: plain, or signed while it is sent.

    Plain, it holds nothing of the session and no doc_id, and its URL has no query. `url`, `headers` and `body` are
    what is sent between `sign` and `unsign`; copies, queues and log lines have the plain ones.

    Scrapy caches the parsed URL of a request by the request itself (`urlparse_cached`), and some handlers build the
    path they ask for from that. So a request counts as another key each time it is signed.
    """

    # On the class, since Scrapy keeps count of requests from before `__init__` on.
    _signed: _Signed | None = None
    _times_signed = 0

    def sign(self, url: str, headers: Mapping[str, str], body: bytes) -> None:
        """Become what is sent.

        Args:
            url: with path and query.
            headers: all but what a proxy wants, which is kept.
            body: empty for GET.
        """
        sent = dict(headers)
        for_proxy = super().headers.get("Proxy-Authorization")
        if for_proxy is not None:
            sent["Proxy-Authorization"] = for_proxy.decode("latin-1")
        self._times_signed += 1
        self._signed = _Signed(url, sent, body)

    def unsign(self) -> None:
        """Become plain again. Does no harm twice."""
        self._signed = None

    @property
    def url(self) -> str:
        """The URL: the plain one, or the one that is sent."""
        return self._signed.url if self._signed is not None else super().url

    @property
    def body(self) -> bytes:
        """The body: empty, or the one that is sent."""
        return self._signed.body if self._signed is not None else super().body

    @property
    def headers(self) -> Headers:
        """The headers: those of middlewares, or those that are sent."""
        return self._signed.headers if self._signed is not None else super().headers

    @headers.setter
    def headers(self, value: Any) -> None:
        Request.headers.fset(self, value)  # type: ignore[attr-defined]

    def sent_headers(self) -> Iterable[tuple[str, str]]:
        """Return names and values of what is sent, with what handlers of signals have changed."""
        if self._signed is not None and "headers" not in vars(self._signed):
            return self._signed.fields.items()
        return header_pairs(self.headers)

    def __repr__(self) -> str:
        return f"<{self.method} {super().url}>"

    def __hash__(self) -> int:
        return hash((id(self), self._times_signed if self._signed is not None else 0))


def header_pairs(headers: Headers) -> Iterable[tuple[str, str]]:
    """Return names and values of headers, one pair a value."""
    pairs = ((name, value) for name, values in headers.items() for value in values)
    return ((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)


def to_request(call: Call, base_urls: Mapping[Host, str], **request_arguments: Any) -> CallRequest:
    """Return the request of a call.

    Args:
        call: what is asked.
        base_urls: where each host is reached, without a last slash.
        request_arguments: passed on to `scrapy.Request`, e.g. callback.
    """
    method, host, path = address(OPERATIONS[call.operation], call)
    url = path if host is None else base_urls[host] + path
    meta: dict[str, Any] = {CALL: call}
    if is_loopback(url):
        # A proxy of the environment would carry the session in the clear.
        meta["proxy"] = None
    return CallRequest(url, method=method, meta=meta, dont_filter=True, **request_arguments)


def call_of(request: Request) -> Call | None:
    """Return the call of a request, None for a request that is none of ours."""
    call = request.meta.get(CALL)
    return call if isinstance(call, Call) else None


class CallFingerprinter:
    """Fingerprint of a call: operation, arguments, cursor. Not doc_id, rank token or session, which may change."""

    def fingerprint(self, request: Request) -> bytes:
        """Return 20 bytes that tell calls apart."""
        call = call_of(request)
        identity: list[Any] = [request.method, request.url, request.body.decode("latin-1")]
        if call is not None:
            args = {name: value for name, value in call.args.items() if name != "rank_token"}
            identity = [call.operation, args, call.cursor]
        content = orjson.dumps(identity, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha1(content, usedforsecurity=False).digest()
