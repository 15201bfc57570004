"""One operation: how to ask for it and how to read its pages. Frozen data; the catalogue holds all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

import orjson

from igcrawl.call import Call, Host, Identity, WireRequest
from igcrawl.paging import Paging
from igcrawl.reader import Reader

_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_APP_FORM_TYPE: Final = "application/x-www-form-urlencoded; charset=UTF-8"


class Surface(StrEnum):
    """Where and how an operation is sent (DESIGN.md, section 2)."""

    MOBILE_GRAPHQL = "mobile_graphql"
    WEB_GRAPHQL = "web_graphql"
    REST = "rest"

    @property
    def is_graphql(self) -> bool:
        """Whether it asks for a registered query, whose doc_id can be rotated."""
        return self is not Surface.REST


@dataclass(frozen=True, slots=True)
class Arg:
    """A place in a template that takes a call's argument; it is left out when the call has none."""

    name: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a template that takes the call's cursor; it is left out on the first page."""


@dataclass(frozen=True, slots=True)
class RankToken:
    """A place in a template that takes the walk's rank token."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an operation.

    Args:
        about: what it is, for the operator.
        required: whether a call must have it.
    """

    about: str
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """How to ask, how to read a page. The order of keys in templates is the order on the wire.

    Args:
        name: as `scrapy operations` lists it.
        about: what it asks for, one line.
        surface: where it is sent.
        arguments: by name.
        seed: name of its file in `shared/wire/`.
        reader: reads a page's records.
        paging: None for an operation that has one page.
        query_name: GraphQL only: its name in `doc_ids.toml`, which is the friendly name it is sent with.
        variables: GraphQL only: template of the variables.
        method: REST only.
        path: REST only: template, ``{name}`` stands for an argument.
        query: REST only: template of the query string.
        headers: what it sends beside the surface's block.
    """

    name: str
    about: str
    surface: Surface
    arguments: Mapping[str, Argument]
    seed: str
    reader: Reader
    paging: Paging | None = None
    query_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    method: str = "GET"
    path: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def record_type(self) -> str:
        """The `type` of its records."""
        return self.reader.record.TYPE

    def address(self, call: Call) -> tuple[str, Host, str]:
        """Return method, host and path of a call's request."""
        if self.surface is Surface.REST:
            return self.method, Host.MOBILE, fill_path(self.path, call)
        if self.surface is Surface.WEB_GRAPHQL:
            return "POST", Host.WEB, "/graphql/query/"
        return "POST", Host.MOBILE, "/graphql/query"

    def wire(self, call: Call, doc_id: str | None, root_field: str | None) -> WireRequest:
        """Return the request for a call, with nothing of the session in it.

        Args:
            call: a call of this operation.
            doc_id: GraphQL only: the registered id to use now.
            root_field: mobile GraphQL only: the root of the answer, which the app sends along.
        """
        method, host, path = self.address(call)
        if self.surface is Surface.REST:
            return WireRequest(
                method=method,
                host=host,
                path=path,
                identity=Identity.APP,
                query=fill(self.query, call),
                headers=self.headers,
            )
        variables = orjson.dumps(fill(self.variables, call)).decode()
        if self.surface is Surface.WEB_GRAPHQL:
            return WireRequest(
                method=method,
                host=host,
                path=path,
                identity=Identity.WEB,
                form={"variables": variables, "doc_id": doc_id, "server_timestamps": "true"},
                headers={**self.headers, "Content-Type": _FORM_TYPE},
            )
        return _app_query(self, variables, doc_id or "", root_field or "")


def _app_query(operation: Operation, variables: str, doc_id: str, root_field: str) -> WireRequest:
    """The form and headers in which the app sends a registered query."""
    name = operation.query_name or operation.name
    return WireRequest(
        method="POST",
        host=Host.MOBILE,
        path="/graphql/query",
        identity=Identity.APP,
        form={
            "method": "post",
            "pretty": "false",
            "format": "json",
            "server_timestamps": "true",
            "locale": "user",
            "fb_api_req_friendly_name": name,
            "enable_canonical_naming": "true",
            "enable_canonical_variable_overrides": "true",
            "enable_canonical_naming_ambiguous_type_prefixing": "true",
            "variables": variables,
            "client_doc_id": doc_id,
        },
        headers={
            "Content-Type": _APP_FORM_TYPE,
            "X-FB-Friendly-Name": name,
            "X-Root-Field-Name": root_field,
            "X-Client-Doc-Id": doc_id,
            **operation.headers,
        },
    )


def fill_path(template: str, call: Call) -> str:
    """Return a path with the call's arguments in their places, URL-quoted."""
    return template.format_map({name: quote(str(value), safe="") for name, value in call.args.items()})


def fill(template: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """Return a template with the call's values in their places; a place without a value is left out with its key."""
    filled: dict[str, Any] = {}
    for key, value in template.items():
        if isinstance(value, Arg | Cursor | RankToken):
            taken = _value_of(value, call)
            if taken is not None:
                filled[key] = taken
        else:
            filled[key] = fill(value, call) if isinstance(value, dict) else value
    return filled


def _value_of(place: Arg | Cursor | RankToken, call: Call) -> Any:
    if isinstance(place, Arg):
        return call.args.get(place.name)
    return call.cursor if isinstance(place, Cursor) else call.rank_token
