"""doc_ids.toml, the one that is shipped and the operator's own: read, and checked in every part."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from igcrawl.doc_ids.model import DocId, Origin, Query, check_doc_id
from igcrawl.errors import BadInput

#: The surfaces that ask registered queries, see `igcrawl.operations.operation.Surface`.
SURFACES: Final = ("mobile_graphql", "web_graphql", "web_query_hash")
_QUERY_KEYS: Final = ("surface", "root_field", "ids")
_ID_KEYS: Final = ("id", "seen", "source", "variables", "without", "unknown")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,149}")
_SEEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")


def read_queries(text: str, file: str, origin: Origin, known: Mapping[str, Query]) -> dict[str, Query]:
    """Return the queries of a doc_ids.toml, by friendly name.

    Args:
        text: its content.
        file: its name, for the operator.
        origin: whose it is.
        known: queries whose surface and root it need not say again.

    Raises:
        BadInput: it is no TOML, or a part of it cannot be used; the error names the file and the query.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{file}: not TOML: {error}") from None
    return {name: _query(name, entry, f"{file}: {name}", origin, known.get(name)) for name, entry in tables.items()}


def _query(name: str, entry: Any, where: str, origin: Origin, known: Query | None) -> Query:
    if not _NAME.fullmatch(name):
        raise BadInput(f"{where}: a query's name has letters, digits and _ only")
    if not isinstance(entry, dict):
        raise BadInput(f"{where}: expected a table with {', '.join(_QUERY_KEYS)}")
    _refuse_unknown(entry, _QUERY_KEYS, where)
    surface = entry.get("surface", known.surface if known else None)
    if surface not in SURFACES:
        raise BadInput(f"{where}: surface: expected one of {', '.join(SURFACES)}, got {surface!r}")
    if known is not None and surface != known.surface:
        raise BadInput(f"{where}: surface: this query is one of {known.surface}, not of {surface}")
    root_field = entry.get("root_field", known.root_field if known else "")
    if not isinstance(root_field, str) or (root_field and not _NAME.fullmatch(root_field)):
        raise BadInput(f"{where}: root_field: expected a name, got {root_field!r}")
    ids = entry.get("ids")
    if not isinstance(ids, list) or not ids:
        raise BadInput(f'{where}: ids: expected a list of tables, newest first, such as [{{ id = "123456" }}]')
    return Query(name, surface, root_field, tuple(_doc_id(each, where, origin) for each in ids))


def _doc_id(entry: Any, where: str, origin: Origin) -> DocId:
    if not isinstance(entry, dict):
        raise BadInput(f'{where}: ids: expected tables such as {{ id = "123456" }}, got {entry!r}')
    _refuse_unknown(entry, _ID_KEYS, where)
    if not isinstance(entry.get("id"), str):
        raise BadInput(f"{where}: id: expected a number in quotes, got {entry.get('id')!r}")
    doc_id = check_doc_id(entry["id"], f"{where}: id {entry['id'][:60]!r}")
    where = f"{where}: id {doc_id}"
    seen = entry.get("seen", "")
    seen = seen.isoformat()[:10] if isinstance(seen, date) else seen
    if not isinstance(seen, str) or (seen and not _SEEN.fullmatch(seen)):
        raise BadInput(f"{where}: seen: expected YYYY-MM or YYYY-MM-DD, got {seen!r}")
    if not isinstance(entry.get("source", ""), str):
        raise BadInput(f"{where}: source: expected text, got {entry['source']!r}")
    given = entry.get("variables", {})
    if not isinstance(given, dict):
        raise BadInput(f"{where}: variables: expected a table, such as {{ enable_it = true }}")
    variables = dict(_flat(given, where)) | dict.fromkeys(_names(entry, "without", where))
    unknown = _names(entry, "unknown", where)
    return DocId(doc_id, seen, entry.get("source", ""), variables, origin, unknown)


def _flat(given: Mapping[str, Any], where: str, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield values by dotted name: a table stands for a part of an object, not for the whole of it."""
    for name, value in given.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, where, f"{path}{name}.")
        elif _is_json(value):
            yield path + name, value
        else:
            raise BadInput(f"{where}: variables: {path}{name}: JSON has nothing like {value}")


def _is_json(value: Any) -> bool:
    if isinstance(value, list | dict):
        return all(map(_is_json, value.values() if isinstance(value, dict) else value))
    return isinstance(value, bool | int | float | str)


def _names(entry: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    names = entry.get(key, [])
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise BadInput(f"{where}: {key}: expected a list of variables' names")
    return tuple(names)


def _refuse_unknown(entry: Mapping[str, Any], allowed: tuple[str, ...], where: str) -> None:
    for key in entry:
        if key not in allowed:
            raise BadInput(f"{where}: unknown key {key!r}; allowed: {', '.join(allowed)}")
