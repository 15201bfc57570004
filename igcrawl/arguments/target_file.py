"""Target files: one account a line, as an editor or a spreadsheet saves them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from igcrawl.arguments.targets import NotATarget, Target, bare, read_target, shown
from igcrawl.errors import BadInput
from igcrawl.paths import expanded

#: Marks at the beginning of a file, and what they say; that of UTF-16 is the beginning of one of UTF-32.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
#: Behind a target: a comment, and a spreadsheet's empty columns before it.
_BEHIND: Final = re.compile(r"[,;\t\s]*(\s#.*)?$")
_COLUMNS: Final = re.compile(r"[,;\t]")
#: What stands above a column of targets, in lower case, letters only.
_HEADERS: Final = frozenset(
    {
        *("account", "accounts", "handle", "handles", "id", "ids", "instagram", "name", "names", "pk", "pks"),
        *("profile", "profiles", "target", "targets", "url", "urls", "user", "userid", "userids", "username"),
        *("usernames", "users", "instagramid", "instagramusername", "profileurl", "link", "links"),
    }
)


@dataclass(frozen=True, slots=True)
class TargetFile:
    """What a target file says.

    Args:
        targets: its targets, each once, in its order.
        header: the number and the text of the line that is taken for the head of a column; None without one.
    """

    targets: list[Target]
    header: tuple[int, str] | None = None


def read_target_file(path: Path) -> TargetFile:
    """Read a target file.

    A line of digits is an id, any other a username or the address of a profile; ``@`` before a username of digits
    tells it apart. Empty lines and comments (``#``) are passed over, and so is a first line that is the head of a
    column, such as ``username``: ``@username`` is the account.

    Raises:
        BadInput: the file cannot be read, has no target, or a line is none; the error names the line.
    """
    targets: dict[Target, None] = {}
    header: tuple[int, str] | None = None
    for number, line in _lines(path):
        if header is None and not targets and _is_header(line):
            header = number, line
            continue
        targets[_target_of(path, number, line)] = None
    if not targets:
        raise BadInput(f"file={path}: no target in it")
    return TargetFile(list(targets), header)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that say something, each with its number."""
    for number, line in enumerate(_LINE_END.split(_text_of(path)), start=1):
        said = bare(line)
        if said and not said.startswith("#"):
            said = bare(_BEHIND.sub("", said, count=1))
        if said and not said.startswith("#"):
            yield number, said


def _text_of(path: Path) -> str:
    try:
        data = expanded(path, "file").read_bytes()
    except OSError as error:
        raise BadInput(f"file={path}: {error.strerror or error}") from None
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        before = _LINE_END.split(data[: error.start].decode("latin-1"))
        line = f"line {len(before)}: " if encoding == "utf-8" else ""
        raise BadInput(f"file={path}: {line}is not UTF-8 or UTF-16 text; save the file as UTF-8") from None


def _is_header(line: str) -> bool:
    return "".join(filter(str.isalpha, line.lower())) in _HEADERS and not line.startswith("@") and "/" not in line


def _target_of(path: Path, number: int, line: str) -> Target:
    try:
        return read_target(line)
    except NotATarget as problem:
        columns = _COLUMNS.split(line)
        what = f"{len(columns)} columns; expected one target per line" if len(columns) > 1 else str(problem)
        raise BadInput(f"file={path}: line {number}: '{shown(line)}': {what}") from None
