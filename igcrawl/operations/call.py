"""Calls and what they become on the wire before a session is attached. Plain values, no credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Host(StrEnum):
    """Hosts, each with a base URL of its own."""

    MOBILE = "i.instagram.com"
    WEB = "www.instagram.com"


class HeaderProfile(StrEnum):
    """Header blocks and the credentials in them: as whom a request is signed. `NOBODY` carries none."""

    APP = "app"
    WEB = "web"
    BROWSER = "browser"
    NOBODY = "nobody"


class AnswerKind(StrEnum):
    """Kinds of good answers.

    `JSON` is an envelope; `PAGE` is HTML, of which only the LSD token is taken; `REDIRECT` has no body, and says by
    status and Location where a URL leads.
    """

    JSON = "json"
    PAGE = "page"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True)
class Call:
    """An operation, its arguments and a cursor: what is asked, without who asks.

    Args:
        operation: a name in the catalogue.
        args: argument values by name; ids are strings.
        cursor: None for the first page. Opaque: never parsed.
        rank_token: one UUID for a whole walk.
    """

    operation: str
    args: Mapping[str, Any]
    cursor: str | None = None
    rank_token: str | None = None


@dataclass(frozen=True, slots=True)
class SessionValue:
    """A place in a request that is filled from the session when the request is signed.

    Args:
        name: an attribute of the session, or ``lsd``, the token of the web page that was asked for last.
        optional: whether the key is left out when the session has no value for it.
    """

    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """A request as it goes over the wire, but for what the session adds.

    Values of `query`, `form`, `signed_body` and `headers` are text, numbers or `SessionValue`; their order is kept.
    `host` is None for a request that leaves Instagram's hosts: then `path` is a whole URL, the header profile `NOBODY`.
    """

    method: str
    host: Host | None
    path: str
    header_profile: HeaderProfile
    query: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] | None = None
    signed_body: Mapping[str, Any] | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)
