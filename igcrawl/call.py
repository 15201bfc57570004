"""Calls and what they become on the wire before a session is attached. Plain values, no credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Host(StrEnum):
    """Which base URL a request goes to."""

    MOBILE = "i.instagram.com"
    WEB = "www.instagram.com"


class Identity(StrEnum):
    """As whom a request is signed: which header block and which credentials it carries."""

    APP = "app"
    WEB = "web"
    BROWSER = "browser"


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
        name: an attribute of `igcrawl.session.Session`.
    """

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """A request as it goes over the wire, but for what the session adds.

    Values of `query`, `form` and `signed_body` are text, numbers or `SessionValue`; their order is kept.
    """

    method: str
    host: Host
    path: str
    identity: Identity
    query: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] | None = None
    signed_body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
