"""The user's folder for session states, the same for all projects, folders and stores."""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from igcrawl.errors import BadInput
from igcrawl.paths import expanded

_GIVE: Final = "what a session has sent is kept there; give a folder that can be written, IG_STATE=/path, or IG_STATE=postgresql://…"


def state_folder(setting: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder, made if it is missing, for its owner only.

    Args:
        setting: the value of IG_STATE, a folder; empty for `igcrawl` in the user's folder for states.
        environment: of the process.

    Raises:
        BadInput: it cannot be made or written.
    """
    folder = expanded(setting, "IG_STATE") if setting else _of_user(environment) / "igcrawl"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BadInput(f"IG_STATE: {folder}: {error.strerror or error}; {_GIVE}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"IG_STATE: {folder}: it cannot be written; {_GIVE}")
    return folder


def _of_user(environment: Mapping[str, str]) -> Path:
    given = Path(environment.get("XDG_STATE_HOME", ""))
    # A relative one counts as none, as the standard says.
    return given if given.is_absolute() else _home(environment) / ".local" / "state"


def _home(environment: Mapping[str, str]) -> Path:
    home = Path(environment.get("HOME", ""))
    if home.is_absolute():
        return home
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        raise BadInput(f"IG_STATE: this user has no home folder; {_GIVE}") from None
