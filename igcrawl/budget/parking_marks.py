"""Marks that park a session: files beside the session's file and in the state folder, for when a state cannot be kept.

A mark is written before the parking is stored, and removed behind it. So neither a store that fails at that moment nor
a kill lets the next run send. The file alone parks: a full disk may leave it empty.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from igcrawl.budget.session_state import PARKED, SessionState
from igcrawl.store.replace_file import replace_file

_UNREADABLE: Final = "its mark cannot be read; look at the account in the app"


@dataclass(frozen=True, slots=True)
class Parking:
    """The reason for which a session is parked.

    Args:
        state: `PARKED` or `EXPIRED`.
        why: what the server answered.
        at: seconds since 1970.
        fingerprint: of the session that it answered to.
    """

    state: str
    why: str
    at: float
    fingerprint: str

    def apply(self, state: SessionState) -> None:
        """Park a session, unless it is parked already."""
        if state.parked is None:
            state.park(self.state, self.why, self.at, self.fingerprint)


class ParkingMarks:
    """The marks of one account at one server.

    Args:
        account: its ds_user_id.
        server: which answers it.
        session_file: of the session, None for one without.
        folder: of session states, None for none.
    """

    def __init__(self, account: str, server: str, session_file: Path | None, folder: Path | None) -> None:
        server = re.sub(r"[^a-z0-9.-]+", "-", server)
        self._files: list[Path] = []
        if session_file is not None:
            self._files.append(session_file.with_name(f"{session_file.name}.parked-at-{server}"))
        if folder is not None:
            self._files.append(folder / f"{account}.parked-at-{server}")

    def write(self, parking: Parking) -> bool:
        """Write the marks; return whether one is there."""
        content, written = orjson.dumps(asdict(parking)), False
        for file in self._files:
            try:
                replace_file(file, content, 0o600)
            except OSError:
                try:
                    file.touch(0o600)
                except OSError:
                    continue
            written = True
        return written

    def read(self) -> Parking | None:
        """Return what the marks say; None when there is none."""
        there = list(self._there())
        for file in there:
            try:
                told = orjson.loads(file.read_bytes())
                return Parking(str(told["state"]), str(told["why"]), float(told["at"]), str(told["fingerprint"]))
            except (OSError, ValueError, TypeError, KeyError):
                continue
        # One that another process has removed meanwhile says nothing.
        for file in self._there() if there else ():
            return Parking(PARKED, _UNREADABLE, _changed_at(file), "")
        return None

    def remove(self) -> None:
        """Remove the marks: what they say is stored. One that cannot be removed parks the session again."""
        for file in self._there():
            try:
                file.unlink(missing_ok=True)
            except OSError:
                continue

    def _there(self) -> Iterator[Path]:
        # Asked before each request: Path.exists takes four times as long.
        return (file for file in self._files if os.path.exists(file))  # noqa: PTH110


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
