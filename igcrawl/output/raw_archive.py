"""The raw archive: every answer's body with its call and time, from which `scrapy replay` makes all records again.

A file of Zstandard frames, one an answer, each a line of JSON: what a killed crawl leaves is read up to its last whole
frame, and the next run cuts it there before it appends. Requests are scarce and disks are not: a reader that improves
reads old answers, too.
"""

from __future__ import annotations

import base64
import errno
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final

import orjson
import zstandard

from igcrawl.errors import BadInput
from igcrawl.sessions.redaction import Redaction

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAnswer:
    """One answer.

    Args:
        operation: name of the operation.
        args: the call's arguments.
        cursor: the call's cursor.
        walk: operation and target of the walk that asked, "" when none did.
        run: tells one run of a walk from another.
        at: when it came, UTC, ISO 8601.
        status: HTTP status.
        body: decompressed.
        location: where a redirect leads.
    """

    operation: str
    args: dict[str, Any] = field(default_factory=dict)
    cursor: str | None = None
    walk: str = ""
    run: str = ""
    at: str = ""
    status: int = 200
    body: bytes = b""
    location: str = ""


class RawArchive:
    """Appends answers to a file.

    Args:
        path: the file, made when missing.

    Raises:
        OSError: it cannot be written.
        BadInput: it is there and is damaged, or is no archive.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._file: BinaryIO = path.open("a+b")
        self._file.truncate(max((end for _, end in _frames(self._file)), default=0))
        self._compressor = zstandard.ZstdCompressor(level=6)

    def add(self, answer: RawAnswer, redaction: Redaction) -> None:
        """Write an answer, without any part of the session.

        Args:
            answer: what came.
            redaction: knows what must not be written.

        Raises:
            OSError: it cannot be written, or was moved or removed: what is written to it would be lost.
        """
        if not self.is_there():
            raise FileNotFoundError(errno.ENOENT, "it was moved or removed while it was written")
        row = asdict(answer)
        body = redaction.data(answer.body)
        try:
            row["body"] = body.decode()
        except UnicodeDecodeError:
            row["body"], row["base64"] = base64.b64encode(body).decode(), True
        row["cursor"] = None if answer.cursor is None else redaction.text(answer.cursor)
        row["location"] = redaction.text(answer.location)
        row["args"] = orjson.loads(redaction.data(orjson.dumps(answer.args)))
        self._file.write(self._compressor.compress(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)))
        self._file.flush()

    def is_there(self) -> bool:
        """Return whether the file is still where it was named."""
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self._path.stat())
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read_archive(path: Path) -> Iterator[RawAnswer]:
    """Yield the answers of an archive, in the order in which they came; an answer cut by a kill ends it.

    Raises:
        BadInput: the file cannot be read, or is no archive.
    """
    number = 0
    try:
        with path.open("rb") as file:
            for number, (line, _) in enumerate(_frames(file), start=1):
                yield _answer(line, path, number)
        if not number and path.stat().st_size:
            raise BadInput(f"{path}: holds no whole answer; expected an archive that IG_RAW wrote")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None


def _frames(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield what each whole frame holds, and where in the file it ends."""
    file.seek(0)
    frame, content, end, data = zstandard.ZstdDecompressor().decompressobj(), b"", 0, b""
    while data := data or file.read(_CHUNK):
        try:
            content += frame.decompress(data)
        except zstandard.ZstdError:
            raise BadInput(f"{file.name}: damaged after {end} bytes; move it away, or cut it there") from None
        if not frame.eof:
            data = b""
            continue
        data = frame.unused_data
        end = file.tell() - len(data)
        yield content, end
        frame, content = zstandard.ZstdDecompressor().decompressobj(), b""


def _answer(line: bytes, path: Path, number: int) -> RawAnswer:
    try:
        row = orjson.loads(line)
        binary = row.pop("base64", False)
        row["body"] = base64.b64decode(row["body"]) if binary else row["body"].encode()
        return RawAnswer(**row)
    except (orjson.JSONDecodeError, TypeError, KeyError, AttributeError, ValueError):
        raise BadInput(f"{path}: answer {number} is not one that igcrawl wrote") from None


def is_archive(path: Path) -> bool:
    """Return whether a file is named as an archive."""
    return path.name.endswith((".jsonl.zst", ".jsonl.zstd"))
