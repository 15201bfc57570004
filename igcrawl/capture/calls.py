"""The GraphQL calls in a request: plain forms, query strings, JSON and batches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import orjson

from igcrawl.capture.captured_request import CapturedRequest
from igcrawl.capture.seen_query import SeenQuery, seen_query_of
from igcrawl.operations.operation import Surface

_PATH: Final = re.compile(r"/(api/)?graphql\w*(/|$)|/api/v1/|/graphqlbatch")
_NAMES: Final = ("fb_api_req_friendly_name", "friendly_name", "operation_name", "operationName", "query_name")
_NAME_HEADERS: Final = ("x-fb-friendly-name", "x-graphql-operation-name", "x-apollo-operation-name")
_VARIABLES: Final = ("variables", "query_params")
_BATCHES: Final = ("queries", "q")
#: In batches a query without a name has a number.
_NUMBERED: Final = re.compile(r"[a-z]{0,2}[0-9]+")
#: Queries of the old web have no name and are known by what they ask for, see doc_ids.toml.
_OLD_WEB: Final = re.compile(r'\s*\{\s*"data"\s*:\s*\{\s*"\w+"\s*:\s*\{\s*"(edge_\w+)"')
_CANONICAL: Final = re.compile(r"[0-9]+\$|\(.*")


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A call that has an id, but no name that says whose it is."""

    doc_id: str


def calls_of(
    request: CapturedRequest, hosts: frozenset[str], names: Mapping[str, str]
) -> Iterator[SeenQuery | Unnamed]:
    """Yield the GraphQL calls of a request.

    Args:
        request: as captured.
        hosts: names of hosts, beside Instagram's own, that stand for them.
        names: friendly names by id, for calls that have none.
    """
    try:
        parts = urlsplit(request.url)
        host = (parts.hostname or "").lower()
    except ValueError:
        return
    if not (host == "instagram.com" or host.endswith(".instagram.com") or host in hosts):
        return
    if not _PATH.match(parts.path):
        return
    given = dict(parse_qsl(parts.query)) | _given(request.body)
    for fields, name in _queries(given, request):
        yield from _call(fields, name, request, names)


def _given(body: str) -> dict[str, Any]:
    """The fields of a body: of a form, or of JSON."""
    start = body.lstrip()[:1]
    if start == "{":
        loaded = _json(body)
        return loaded if isinstance(loaded, dict) else {}
    if start == "[":
        return {"queries": body}
    return dict(parse_qsl(body, max_num_fields=1000) if body.count("&") < 1000 else [])


def _queries(given: Mapping[str, Any], request: CapturedRequest) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield each query's fields and its name, empty when it has none."""
    named = _first(given, _NAMES) or _first(request.headers, _NAME_HEADERS)
    batch = next((_json(given[key]) for key in _BATCHES if key in given and not _id_of(given)[0]), None)
    if isinstance(batch, list):
        batch = {str(number): each for number, each in enumerate(batch)}
    if not isinstance(batch, dict):
        header_id = request.headers.get("x-client-doc-id")
        yield {**({"client_doc_id": header_id} if header_id else {}), **given}, named
        return
    alone = named or str(given.get("batch_name") or "") if len(batch) == 1 else ""
    for key, each in batch.items():
        if isinstance(each, dict):
            yield each, _first(each, _NAMES) or ("" if _NUMBERED.fullmatch(key) else key) or alone


def _call(
    fields: Mapping[str, Any], name: str, request: CapturedRequest, names: Mapping[str, str]
) -> Iterator[SeenQuery | Unnamed]:
    doc_id, surface = _id_of(fields)
    if not doc_id:
        return
    old_web = _OLD_WEB.match(request.answer) if surface is Surface.WEB_QUERY_HASH else None
    name = name or names.get(doc_id, "") or (old_web[1] if old_web else "")
    variables = next((_json(fields[key]) for key in _VARIABLES if key in fields), None)
    root = _CANONICAL.sub("", request.headers.get("x-root-field-name", ""))
    seen = seen_query_of(
        name, doc_id, surface, root or None, variables if isinstance(variables, dict) else {}, request.seen
    )
    yield seen if seen is not None else Unnamed(doc_id)


def _id_of(fields: Mapping[str, Any]) -> tuple[str, Surface]:
    for key, surface in (
        ("client_doc_id", Surface.MOBILE_GRAPHQL),
        ("doc_id", Surface.WEB_GRAPHQL),
        ("query_doc_id", Surface.WEB_GRAPHQL),
        ("query_hash", Surface.WEB_QUERY_HASH),
    ):
        value = fields.get(key)
        if isinstance(value, str | int) and value:
            return str(value), surface
    return "", Surface.WEB_GRAPHQL


def _first(given: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return next((given[key] for key in keys if isinstance(given.get(key), str) and given[key]), "")


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
