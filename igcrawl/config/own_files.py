"""igcrawl's own files, which nothing that is written may replace."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from igcrawl.config.config import Config
from igcrawl.errors import BadInput
from igcrawl.paths import real_path
from igcrawl.store import SQLITE_FILES, path_of

#: Ends of the names of a store's files, and of the folder of its workers.
_OF_STORE: Final = (*SQLITE_FILES, "-workers")


@dataclass(frozen=True, slots=True)
class OwnFiles:
    """The files of igcrawl's own.

    Args:
        store: the file of the store, whose address was checked; None for a database.
        session: the session's file, None where there is none.
        archive: of answers.
    """

    store: Path | None = None
    session: Path | None = None
    archive: Path | None = None

    @classmethod
    def of(cls, config: Config) -> OwnFiles:
        """Return the files that the settings name.

        Raises:
            BadInput: two settings name one file.
        """
        own = cls(path_of(config.store), config.session_file, config.raw)
        others = (("IG_SESSION", own.session, cls(own.store)), ("IG_RAW", own.archive, cls(own.store, own.session)))
        for setting, file, before in others:
            owner = None if file is None else before.owner(real_path(file, setting))
            if owner is not None:
                raise BadInput(f"{setting}: it belongs to {owner}; name another file")
        return own

    def owner(self, real: Path) -> str | None:
        """Return whose a file is, None for nobody's.

        Args:
            real: its resolved path.
        """
        if self.store is not None and _is_of_store(real, self.store):
            return "the store, IG_STORE"
        if self.session is not None and is_same_file(real, self.session):
            return "the session, IG_SESSION"
        if self.archive is not None and is_same_file(real, self.archive):
            return "the archive, IG_RAW"
        return None


def is_same_file(real: Path, other: Path) -> bool:
    """Return whether two paths lead to one file, which need not be there yet.

    Args:
        real: a resolved path.
        other: one that may be a link.
    """
    try:
        return real == real_path(other, str(other)) or real.samefile(other)
    except OSError:
        # One is not there, or is in a folder that may not be looked into.
        return False


def _is_of_store(real: Path, store: Path) -> bool:
    kept = store.resolve()
    own = [kept.with_name(kept.name + end) for end in _OF_STORE]
    return real.parent in own or any(is_same_file(real, each) for each in own)
