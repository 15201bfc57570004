"""Firefox's own file of cookies, `cookies.sqlite`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.sessions.formats.cookies import Cookie

_SQLITE: Final = b"SQLite format 3\0"
#: Where the file says how it is written; 1 is a file by itself, 2 one with a log beside it, which is not at hand.
_MODES: Final = slice(18, 20)
_ALONE: Final = b"\1\1"
_ELSE: Final = (
    "a database, but not Firefox's cookies.sqlite; the cookies of other browsers are encrypted in theirs: "
    "scrapy session import --browser chrome, or export them with an extension"
)


def is_database(content: bytes) -> bool:
    """Return whether a file is a SQLite database."""
    return content.startswith(_SQLITE)


def from_firefox(content: bytes) -> list[Cookie] | None:
    """Return the cookies in Firefox's database; None for what is no database.

    Raises:
        BadInput: it is another database, or broken.
    """
    if not is_database(content):
        return None
    own = bytearray(content)
    own[_MODES] = _ALONE
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.deserialize(bytes(own))
            rows = database.execute(
                "SELECT name, value, host, expiry FROM moz_cookies ORDER BY lastAccessed"
            ).fetchall()
        except (sqlite3.DatabaseError, MemoryError):
            raise BadInput(_ELSE) from None
    return [Cookie(str(name), str(value), str(host), expiry or None) for name, value, host, expiry in rows]
