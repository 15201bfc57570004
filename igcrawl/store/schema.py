"""The schema of each backend as numbered SQL files, `migrations/<backend>/0001.sql`, …: the version is the number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

from igcrawl.errors import BadInput

#: Begins a migration that is done in pieces.
_IN_PIECES: Final = "-- In pieces:"


@cache
def migrations(backend: str) -> Sequence[tuple[int, str]]:
    """Return the versions of a backend's schema and the SQL that leads to each, in order.

    Read as package data, so that it works from a zipped egg, too.

    Args:
        backend: ``sqlite``, ``sqlite_states`` or ``postgres``.
    """
    folder = files("igcrawl.store").joinpath("migrations", backend)
    scripts = [file for file in folder.iterdir() if file.name.endswith(".sql")]
    return tuple(sorted((int(file.name.removesuffix(".sql")), file.read_text(encoding="utf-8")) for file in scripts))


def pending(backend: str, version: int, store: str) -> list[tuple[int, str]]:
    """Return the migrations that a store of this version still needs.

    Args:
        backend: ``sqlite``, ``sqlite_states`` or ``postgres``.
        version: the store's, 0 for an empty one.
        store: how it is named to the operator, with its setting and without a password.

    Raises:
        BadInput: it was written by a newer program.
    """
    known = migrations(backend)
    if version > known[-1][0]:
        raise BadInput(
            f"{store} was written by a newer igcrawl (schema {version}, this one knows {known[-1][0]}); "
            "update igcrawl, or name another place"
        )
    return [(number, sql) for number, sql in known if number > version]


def in_pieces(sql: str) -> bool:
    """Return whether a migration is run again and again, each time in its own transaction, until it returns no row."""
    return sql.startswith(_IN_PIECES)
