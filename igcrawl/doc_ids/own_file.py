"""The operator's own doc_ids.toml: where it is, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from igcrawl.doc_ids.model import Origin, Query
from igcrawl.doc_ids.registry import shipped_queries
from igcrawl.doc_ids.tables import read_queries
from igcrawl.errors import BadInput
from igcrawl.paths import expanded, in_project

_NAME: Final = "doc_ids.toml"
#: The file is written by hand or by an import: some hundred lines.
_LARGEST: Final = 16 * 1024 * 1024


def own_path(setting: str = "") -> Path:
    """Return where the operator's own doc_ids are, or would be.

    Args:
        setting: the value of `IG_DOC_IDS`; without it the file is in the project's folder.
    """
    return expanded(setting, "IG_DOC_IDS") if setting else in_project(_NAME)


def read_own(path: Path, *, must_exist: bool = False) -> dict[str, Query]:
    """Return the operator's own queries, by friendly name.

    Args:
        path: the file.
        must_exist: whether the operator named it.

    Raises:
        BadInput: it cannot be read, or a part of it cannot be used.
    """
    return check_own(text_of(path, must_exist=must_exist), path)


def check_own(text: str, path: Path) -> dict[str, Query]:
    """Return the queries of a text that is, or will be, the operator's own file.

    Raises:
        BadInput: a part of it cannot be used.
    """
    return read_queries(text, str(path), Origin.OWN_FILE, shipped_queries())


def text_of(path: Path, *, must_exist: bool = False) -> str:
    """Return the file's text, empty when there is none.

    Raises:
        BadInput: it cannot be read.
    """
    try:
        if path.is_file() and path.stat().st_size > _LARGEST:
            raise BadInput(f"{path}: larger than 16 MB, so it is no doc_ids.toml")
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        if not must_exist:
            return ""
        raise BadInput(f"IG_DOC_IDS={path}: No such file or directory") from None
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not TOML: it is not UTF-8 text") from None
