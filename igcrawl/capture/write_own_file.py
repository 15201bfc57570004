"""Writing what a capture changes into the operator's own doc_ids.toml, with all that stands there kept."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import tomlkit
from tomlkit.items import AoT

from igcrawl.capture.changes import QueryChange, State
from igcrawl.doc_ids.own_file import check_own, text_of
from igcrawl.errors import BadInput
from igcrawl.paths import real_path
from igcrawl.store.replace_file import replace_file

_HEAD: Final = (
    "# Your own doc_ids: they are asked before those that igcrawl ships. docs/doc_ids.md says what may stand here.\n"
)
_MODE: Final = 0o644


def write_own(changes: Iterable[QueryChange], path: Path, source: str) -> int:
    """Put new and changed ids first in the operator's own file, and return how many.

    The file is replaced as a whole or not at all. An id that was there already moves to the front.

    Args:
        changes: the others among them are passed over.
        path: the file; it is made where there is none.
        source: where the ids come from, e.g. ``import of app.har``.

    Raises:
        BadInput: the file cannot be read or written, or holds what cannot be used.
    """
    text = text_of(path)
    check_own(text, path)
    wanted = [change for change in changes if change.state in {State.NEW, State.CHANGED}]
    if not wanted:
        return 0
    document = tomlkit.parse(text or _HEAD)
    for change in wanted:
        _put(document, change, source)
    written = tomlkit.dumps(document)
    check_own(written, path)
    try:
        target = real_path(path, str(path))
        replace_file(target, written.encode(), _mode(target))
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}") from None
    return len(wanted)


def _put(document: tomlkit.TOMLDocument, change: QueryChange, source: str) -> None:
    if change.name not in document:
        table = tomlkit.table()
        table["surface"] = str(change.surface)
        if change.root_field:
            table["root_field"] = change.root_field
        table["ids"] = tomlkit.aot()
        document[change.name] = table
    query: Any = document[change.name]
    ids = query["ids"]
    for position in reversed(range(len(ids))):
        if ids[position]["id"] == change.new:
            del ids[position]
    if isinstance(ids, AoT) or not ids:
        fresh = tomlkit.aot()
        for entry in (_fill(tomlkit.table(), change, source), *list(ids)):
            fresh.append(entry)
        query["ids"] = fresh
    else:
        ids.insert(0, _fill(tomlkit.inline_table(), change, source))


def _fill(entry: Any, change: QueryChange, source: str) -> Any:
    entry["id"] = change.new
    entry["seen"] = change.seen or datetime.now(UTC).date().isoformat()
    entry["source"] = source
    if change.variables:
        flags = tomlkit.inline_table()
        for name, value in change.variables.items():
            flags[name] = value
        entry["variables"] = flags
    for key, names in (("without", change.without), ("unknown", change.unknown)):
        if names:
            entry[key] = list(names)
    return entry


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else _MODE
