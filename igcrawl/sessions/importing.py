"""Importing: which name a session gets, what an earlier session of the account passes on, and what is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from igcrawl.errors import BadInput
from igcrawl.sessions import folder as session_folder
from igcrawl.sessions.device import complete, with_device_of
from igcrawl.sessions.formats.recognise import FoundSession
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import load_session


@dataclass(frozen=True, slots=True)
class Imported:
    """Result of an import.

    Args:
        name: of the session.
        session: itself.
        path: of its file.
        replaced: whether an earlier session of the same account was there.
    """

    name: str
    session: Session
    path: Path
    replaced: bool


def take(found: FoundSession, name: str | None, *, force: bool = False, folder: Path | None = None) -> Imported:
    """Write a session that was found.

    Args:
        found: the session.
        name: as the operator wants it called; None for the name that the account's session has, the account's own, or
            its id.
        force: replace a session of another account.
        folder: where sessions are kept; None for the project's.

    Raises:
        BadInput: the name cannot be used or is taken by another account, or the file cannot be written.
    """
    account = Session(complete(found.settings, "session")).ds_user_id
    name = session_folder.check_name(name or session_folder.owners(folder).get(account) or found.username or account)
    path = session_folder.path_of(name, folder)
    settings, replaced = found.settings, False
    if path.exists():
        try:
            earlier = load_session(path)
        except BadInput as error:
            if not force:
                raise BadInput(f"{error}; or replace it: --force") from None
        else:
            replaced = earlier.ds_user_id == account
            if not replaced and not force:
                raise BadInput(
                    f"session {name} is that of account {earlier.ds_user_id}, and this one of {account}: "
                    "give it another --name, or replace that one with --force"
                )
            settings = with_device_of(settings, orjson.loads(earlier.dump())) if replaced else settings
    session = Session(complete(settings, f"session {name}"), f"session {name}")
    return Imported(name, session, session_folder.put(name, session, folder), replaced)
