"""Operation + call -> wire request: one function a surface. Nothing of the session is in it yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from igcrawl.operations.call import Call, HeaderProfile, Host, SessionValue, WireRequest
from igcrawl.operations.operation import Operation, Surface
from igcrawl.operations.request_templates import fill, fill_path, with_changes

_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_APP_FORM_TYPE: Final = "application/x-www-form-urlencoded; charset=UTF-8"
_ORIGIN: Final = "https://www.instagram.com"
#: The web refuses a query without it, once a session has one.
_CSRF_TOKEN: Final = SessionValue("csrftoken", optional=True)
_NOTHING: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class _Query:
    """A registered query as this call asks it; of an operation without one, nothing is used."""

    doc_id: str
    name: str
    root_field: str
    changes: Mapping[str, Any]


def address(operation: Operation, call: Call) -> tuple[str, Host | None, str]:
    """Return method, host and path of a call's request; without a host, the path is a whole URL."""
    match operation.surface:
        case Surface.HEAD:
            return "HEAD", None, str(call.args["url"])
        case Surface.PAGE:
            return "GET", Host.WEB, operation.path
        case Surface.REST:
            return operation.method, Host.MOBILE, fill_path(operation.path, call)
        case Surface.WEB_QUERY_HASH:
            return "GET", Host.WEB, "/graphql/query/"
        case Surface.WEB_GRAPHQL:
            return "POST", Host.WEB, "/graphql/query/"
        case Surface.MOBILE_GRAPHQL:
            return "POST", Host.MOBILE, "/graphql/query"


def to_wire(
    operation: Operation,
    call: Call,
    doc_id: str = "",
    root_field: str = "",
    changes: Mapping[str, Any] = _NOTHING,
) -> WireRequest:
    """Return the request for a call, with nothing of the session in it.

    Args:
        operation: what the call asks.
        call: with all arguments that the operation requires.
        doc_id: GraphQL only: the registered id to use now.
        root_field: mobile GraphQL only: the root of the answer, which the app sends along.
        changes: GraphQL only: what this id needs in place of the operation's variables, see `DocId.variables`.
    """
    request = {
        Surface.HEAD: _link,
        Surface.PAGE: _page,
        Surface.REST: _rest,
        Surface.WEB_QUERY_HASH: _browser_query,
        Surface.WEB_GRAPHQL: _lsd_query if call.args.get("lsd") else _web_query,
        Surface.MOBILE_GRAPHQL: _app_query,
    }[operation.surface]
    method, host, path = address(operation, call)
    query = _Query(
        call.args.get("doc_id") or doc_id,
        call.args.get("friendly_name") or operation.query_name or operation.name,
        call.args.get("root_field") or root_field,
        changes,
    )
    parts = request(operation, call, query)
    headers = {**parts.pop("headers", {}), **operation.headers}
    return WireRequest(method=method, host=host, path=path, headers=headers, **parts)


def _link(operation: Operation, call: Call, query: _Query) -> dict[str, Any]:
    return {"header_profile": HeaderProfile.NOBODY}


def _page(operation: Operation, call: Call, query: _Query) -> dict[str, Any]:
    return {"header_profile": HeaderProfile.BROWSER}


def _rest(operation: Operation, call: Call, query: _Query) -> dict[str, Any]:
    if operation.signed_body is None:
        return {"header_profile": HeaderProfile.APP, "query": fill(operation.query, call)}
    return {
        "header_profile": HeaderProfile.APP,
        "query": fill(operation.query, call),
        "signed_body": fill(operation.signed_body, call),
        "headers": {"Content-Type": _APP_FORM_TYPE},
    }


def _browser_query(operation: Operation, call: Call, query: _Query) -> dict[str, Any]:
    return {
        "header_profile": HeaderProfile.BROWSER,
        "query": {"variables": _variables(operation, call, query), "query_hash": query.doc_id},
        "headers": {"X-CSRFToken": _CSRF_TOKEN},
    }


def _web_query(operation: Operation, call: Call, query: _Query) -> dict[str, Any]:
    return {
        "header_profile": HeaderProfile.WEB,
        "form": _web_form(operation, call, query),
        "headers": {"Content-Type": _FORM_TYPE, "X-CSRFToken": _CSRF_TOKEN},
    }


def _lsd_query(operation: Operation, call: Call, query: _Query) -> dict[str, Any]:
    """As a page of the web asks: with the LSD token of the page and, where there is one, the csrftoken cookie."""
    lsd = SessionValue("lsd", optional=True)
    return {
        "header_profile": HeaderProfile.BROWSER,
        "form": {**_web_form(operation, call, query), "lsd": lsd},
        "headers": {
            "Accept-Language": "en-US,en;q=0.8",
            "Referer": f"{_ORIGIN}/",
            "Content-Type": _FORM_TYPE,
            "Origin": _ORIGIN,
            "X-ASBD-ID": "129477",
            "X-IG-App-ID": "936619743392459",
            "X-FB-LSD": lsd,
            "X-CSRFToken": _CSRF_TOKEN,
        },
    }


def _web_form(operation: Operation, call: Call, query: _Query) -> Mapping[str, Any]:
    return {"variables": _variables(operation, call, query), "doc_id": query.doc_id, "server_timestamps": "true"}


def _app_query(operation: Operation, call: Call, query: _Query) -> dict[str, Any]:
    return {
        "header_profile": HeaderProfile.APP,
        "form": {
            "method": "post",
            "pretty": "false",
            "format": "json",
            "server_timestamps": "true",
            "locale": "user",
            "fb_api_req_friendly_name": query.name,
            "enable_canonical_naming": "true",
            "enable_canonical_variable_overrides": "true",
            "enable_canonical_naming_ambiguous_type_prefixing": "true",
            "variables": _variables(operation, call, query),
            "client_doc_id": query.doc_id,
        },
        "headers": {
            "Content-Type": _APP_FORM_TYPE,
            "X-FB-Friendly-Name": query.name,
            "X-Root-Field-Name": query.root_field,
            "X-Client-Doc-Id": query.doc_id,
        },
    }


def _variables(operation: Operation, call: Call, query: _Query) -> str:
    filled = fill(operation.variables, call)
    return orjson.dumps(with_changes(filled, query.changes) if query.changes else filled).decode()
