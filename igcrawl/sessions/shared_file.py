"""The session of a run and its file, which other processes may read, refresh, replace and delete meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum, auto
from pathlib import Path

from igcrawl.errors import BadInput
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import alone, load_own_session, load_session, remove_leftovers, save_session


class Saved(Enum):
    """Outcomes of a refresh."""

    NOTHING_NEW = auto()
    SAVED = auto()
    NO_FILE = auto()
    DELETED = auto()
    REPLACED = auto()


class SharedFile:
    """A session and its file.

    Args:
        session: of the run; it is changed in place.
        path: of its file; None when the operator gave the session itself.
    """

    def __init__(self, session: Session, path: Path | None) -> None:
        self.session = session
        self.path = path
        self._known = {session.fingerprint}
        if path is not None:
            remove_leftovers(path)

    def refresh(self, headers: Iterable[tuple[bytes, bytes]]) -> Saved:
        """Take over what an answer refreshes, on top of what other processes have saved, and save it.

        Raises:
            OSError: the file cannot be read or written; the session in memory is refreshed all the same.
        """
        news = list(headers)
        before = self.session.fingerprint
        if not self.session.refresh(news):
            return Saved.NOTHING_NEW
        self._known.add(self.session.fingerprint)
        if self.path is None:
            return Saved.NO_FILE
        with alone(self.path):
            if not self.path.exists():
                # Its operator deleted it.
                return Saved.DELETED
            # Were it refused for its mode, the server's new login would be lost; saving makes it private again.
            there = self._there(load_own_session)
            if there is None or there.fingerprint not in self._known:
                return Saved.REPLACED
            if there.fingerprint == before:
                # What another process has refreshed meanwhile is in the file only.
                there.refresh(news)
                self.session.become(there)
            save_session(self.session, self.path)
        return Saved.SAVED

    def take_newer(self) -> bool:
        """Take over the session in the file if it is a newer one of the same account, and return whether it is."""
        there = self._there(load_session) if self.path is not None else None
        if there is None or there.fingerprint in self._known:
            return False
        self.session.become(there)
        self._known.add(self.session.fingerprint)
        return True

    def _there(self, load: Callable[[Path], Session]) -> Session | None:
        """Return the session in the file; None when it cannot be used, or is another account's."""
        assert self.path is not None
        try:
            there = load(self.path)
        except BadInput:
            return None
        return there if there.ds_user_id == self.session.ds_user_id else None
