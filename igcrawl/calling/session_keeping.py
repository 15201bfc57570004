"""Keeping of a run's session: answers refresh its file, and what other processes refreshed comes from there."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Final

from igcrawl.sessions.redaction import Redaction
from igcrawl.sessions.shared_file import Saved, SharedFile
from igcrawl.stopping import Stopping

logger = logging.getLogger(__name__)

#: Seconds to wait, again and again, for what another process gets in this moment: the answer that ended our login's
#: life for a newer one is on its way to that process.
PAUSES: Final = (0.5, 1.5)
LOCAL_PAUSES: Final = (0.03,)


class SessionKeeping:
    """Keeps the session of one run.

    Args:
        file: the session and its file.
        redaction: learns what comes from the file.
        stopping: of the run.
        pauses: between looks at the file when the session seems to have expired.
    """

    def __init__(
        self, file: SharedFile, redaction: Redaction, stopping: Stopping, pauses: tuple[float, ...] = PAUSES
    ) -> None:
        self._file = file
        self._redaction = redaction
        self._stopping = stopping
        self._pauses = pauses
        self._said: set[str] = set()
        #: How often a newer session was taken from the file.
        self.renewals = 0

    def take(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Take over what an answer refreshes, and save it."""
        path = self._file.path
        try:
            saved = self._file.refresh(headers)
        except OSError as error:
            # A full disk fails every refresh; each is tried again with the next.
            self._say_once("unsaved", f"session file {path} cannot be saved: {error.strerror or error}", logging.ERROR)
            saved = Saved.SAVED
        session = self._file.session
        if session.dropped:
            what = ", ".join(dict.fromkeys(session.dropped))
            session.dropped.clear()
            self._say_once(
                "dropped",
                f"an answer refreshes the session with a value of the wrong form or account ({what}); it is ignored",
            )
        if saved is Saved.NO_FILE:
            line = "IG_SESSION holds the session itself: what the server refreshes is kept for this run only"
            self._say_once("kept", line, logging.INFO)
        elif saved is Saved.DELETED:
            self._say_once("deleted", f"session file {path} was deleted: what the server refreshes is not kept")
        elif saved is Saved.REPLACED:
            self._say_once("replaced", f"session file {path} was replaced: this run keeps its own until it ends")

    async def renewed(self) -> bool:
        """Go on as a newer session, if the file holds one, and say whether it does; before a session is called expired.

        Raises:
            Interrupted: the run is being stopped meanwhile.
        """
        for pause in (0.0, *self._pauses):
            if self._file.path is None or not self._file.path.exists():
                return False
            if pause:
                await self._stopping.sleep(pause)
            if self._file.take_newer():
                self.renewals += 1
                self._redaction.learn(self._file.session.secrets)
                logger.info("session file %s holds a newer session, which is used from now on", self._file.path)
                return True
        return False

    def _say_once(self, what: str, line: str, level: int = logging.WARNING) -> None:
        if what not in self._said:
            self._said.add(what)
            logger.log(level, "%s", line)
