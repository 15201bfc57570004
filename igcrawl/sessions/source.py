"""Meaning of IG_SESSION: a session's name, a file, or, for containers, the session itself."""

from __future__ import annotations

import base64
import binascii
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.paths import expanded
from igcrawl.sessions import folder as session_folder
from igcrawl.sessions.device import complete
from igcrawl.sessions.formats.bare import is_session_id
from igcrawl.sessions.formats.recognise import recognise
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import load_session

#: No file system has a longer name; what is longer is content, whatever it may be.
_LONGEST_NAME: Final = 255
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_\s-]{40,}={0,2}\s*")
_HERE: Final = "IG_SESSION (its content)"


@dataclass(frozen=True, slots=True)
class SessionSource:
    """The source of a run's session.

    Args:
        file: its file; None when there is none.
        content: the session itself, in any format that `scrapy session import` knows; empty when there is a file.
        name: as the operator calls it, for messages and `scrapy session`; empty for content.
    """

    file: Path | None = None
    content: bytes = field(default=b"", repr=False)
    name: str = ""

    def load(self) -> Session:
        """Return the session.

        Raises:
            BadInput: none was given, or it cannot be used.
        """
        if self.file is not None:
            if session_folder.is_name(self.name) and not self.file.exists():
                raise BadInput(
                    f"no session {self.name} ({self.file.absolute()} is missing): scrapy session list shows them all"
                )
            return load_session(self.file)
        if self.content:
            return Session(complete(recognise(self.content, _HERE, time.time()).settings, _HERE), _HERE)
        raise BadInput(
            "no session: set IG_SESSION to one of scrapy session list, or try the simulator with -s IG_SIMULATOR=True"
        )


def read_source(value: str, base: Path = Path()) -> SessionSource:
    """Return what IG_SESSION means. The file need not exist.

    Args:
        value: of the setting; empty for none.
        base: from where a relative path counts.

    Raises:
        BadInput: it is none of all that. No part of it is in the text.
    """
    text = value.strip()
    if not text:
        return SessionSource()
    if text.startswith(("{", "[")) or is_session_id(text) or "sessionid=" in text:
        return SessionSource(content=text.encode())
    named = session_folder.path_of(text)
    if session_folder.is_name(text) and (named.exists() or not (base / text).exists()):
        return SessionSource(file=named, name=text)
    decoded = _from_base64(text)
    if decoded is not None:
        return SessionSource(content=decoded)
    if _may_be_secret(text, base):
        raise BadInput(
            "IG_SESSION: expected a session's name, a file, or the settings themselves as JSON or its base64"
        )
    path = base / expanded(text, "IG_SESSION")
    return SessionSource(file=path, name=path.stem if path == session_folder.path_of(path.stem) else str(path))


def _may_be_secret(text: str, base: Path) -> bool:
    """Return whether a text that was not understood could be a session that was cut or mistyped."""
    if "\n" in text or "\0" in text or any(len(part) > _LONGEST_NAME for part in text.split("/")):
        return True
    odd = _BASE64.fullmatch(text) or ":" in text or "%" in text
    return bool(odd) and not (base / expanded(text, "IG_SESSION")).exists()


def _from_base64(text: str) -> bytes | None:
    """Return the JSON that a text is the base64 of, None for another text."""
    if not _BASE64.fullmatch(text):
        return None
    compact = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        decoded = base64.b64decode(compact + "=" * (-len(compact) % 4))
    except (ValueError, binascii.Error):
        return None
    return decoded if decoded.lstrip().startswith((b"{", b"[")) else None
