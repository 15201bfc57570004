"""Atomic replacing of a file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

#: Ends the names of temporary copies, so that those of a killed process are known for ours.
_SUFFIX: Final = ".igcrawl-copy"
#: So much of a file's name stands in that of its copy: a name has an end.
_LONGEST_PART: Final = 200


def replace_file(path: Path, content: bytes, mode: int) -> None:
    """Replace a file atomically: a reader sees the old content or the new, never a part.

    Args:
        path: the file.
        content: its new content.
        mode: its new permissions.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:_LONGEST_PART]}.", suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_copies(folder: Path) -> None:
    """Remove the temporary copies that killed processes left in a folder; nobody may be writing one meanwhile."""
    for path in folder.glob(f".*{_SUFFIX}"):
        path.unlink(missing_ok=True)
