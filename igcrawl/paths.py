"""Paths as the operator gives them."""

from __future__ import annotations

from pathlib import Path

from igcrawl.errors import BadInput


def expanded(path: str | Path, what: str = "") -> Path:
    """Return a path with the home folder in the place of ``~`` or ``~user``.

    Args:
        path: as it was given.
        what: it is, such as the name of a setting; "" where the path says it.

    Raises:
        BadInput: there is no such home folder, or no path has such a text.
    """
    said = f"{what}: {path}" if what else str(path)
    if "\0" in str(path):
        raise BadInput(f"{said}: no path has a NUL in it")
    try:
        return Path(path).expanduser()
    except RuntimeError:
        first = Path(path).parts[0]
        whose = f"no user {first[1:]!r} has a home folder here" if first != "~" else "your home folder is not known"
        raise BadInput(f"{said}: {whose}; write the path out") from None
