"""Numbered lines of a file of targets, in flat memory: plain or packed, UTF-8, UTF-16 or UTF-32, standard input."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import shutil
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from igcrawl.errors import BadInput
from igcrawl.paths import expanded, unreadable

#: Stands for standard input in the place of a file.
STANDARD_INPUT: Final = Path("-")
#: Marks at the beginning of a file, and what they say; that of UTF-16 is the beginning of one of UTF-32.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GZIP: Final = b"\x1f\x8b"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
#: Beginnings of a spreadsheet program's own formats.
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_BLOCK: Final = 1 << 16
#: A longer line is none: it would be held in memory whole.
_LONGEST_LINE: Final = 1 << 22
_DAMAGED: Final = "is packed and damaged"
#: Of standard input, which can be read once only: the stream, and the file that holds what came.
_spooled: tuple[Any, IO[bytes]] | None = None


class FileLines:
    """Lines of a file.

    Args:
        path: of the file, or ``-``.

    Raises:
        BadInput: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        #: Number of the line that was given last.
        self.number = 0
        self._file = self._opened()

    def __iter__(self) -> Iterator[str]:
        """Yield the lines without their ends.

        Raises:
            BadInput: the file cannot be read, or is no text.
        """
        rest = held = ""
        for text in self._texts():
            # The second half of a line end may still come.
            begin, held = held + text, "\r" if text.endswith("\r") else ""
            first, *lines = _LINE_END.split(begin.removesuffix(held))
            lines.insert(0, rest + first)
            rest = lines.pop()
            for line in lines:
                self.number += 1
                yield line
            if len(rest) > _LONGEST_LINE:
                raise BadInput(f"file={self._path}: line {self.number + 1} is longer than {_LONGEST_LINE:,} characters")
        if rest:
            self.number += 1
            yield rest

    def ahead(self, lines: Iterator[str], count: int) -> tuple[list[str], Iterator[str]]:
        """Return the next lines, so many at most, and the iterator that goes on as if they had not been read.

        Raises:
            BadInput: the file cannot be read, or is no text.
        """
        seen = list(islice(lines, count))
        self.number -= len(seen)
        return seen, self._once_more(seen, lines)

    def _once_more(self, seen: list[str], lines: Iterator[str]) -> Iterator[str]:
        for line in seen:
            self.number += 1
            yield line
        yield from lines

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _opened(self) -> Any:
        try:
            if self._path == STANDARD_INPUT:
                return _Again(_spool())
            path = expanded(self._path, "file")
            if stat.S_ISFIFO(path.stat().st_mode):
                raise BadInput(f"file={self._path}: a pipe can be read once only; give it as standard input: file=-")
            return path.open("rb")
        except OSError as error:
            raise BadInput(f"file={self._path}: {unreadable(self._path, error)}") from None

    def _texts(self) -> Iterator[str]:
        decoder: codecs.IncrementalDecoder | None = None
        encoding = "utf-8"
        for block in self._blocks():
            if decoder is None:
                encoding = _encoding_of(block)
                decoder = codecs.getincrementaldecoder(encoding)()
            yield self._decoded(decoder, block, encoding)
        if decoder is not None:
            yield self._decoded(decoder, b"", encoding, final=True)

    def _decoded(self, decoder: codecs.IncrementalDecoder, block: bytes, encoding: str, *, final: bool = False) -> str:
        try:
            return decoder.decode(block, final)
        except UnicodeDecodeError as error:
            lines = len(_LINE_END.split(error.object[: error.start].decode("latin-1")))
            # Lines of this block that stand before it are not given yet.
            place = f"line {self.number + lines}: " if encoding.startswith("utf-8") else ""
            raise BadInput(f"file={self._path}: {place}is not UTF-8 or UTF-16 text; save the file as UTF-8") from None

    def _blocks(self) -> Iterator[bytes]:
        try:
            begin = self._file.read(len(_ZSTANDARD))
            if begin in _WORKBOOKS:
                raise BadInput(f"file={self._path}: is a spreadsheet program's own format; save it as CSV in UTF-8")
            source: Any = _Joined(begin, self._file)
            if begin == _ZSTANDARD:
                yield from self._from_zstandard(source)
                return
            if begin.startswith(_GZIP):
                source = gzip.GzipFile(fileobj=source)
            while block := source.read(_BLOCK):
                yield block
        except (OSError, EOFError, zlib.error) as error:
            raise BadInput(f"file={self._path}: {getattr(error, 'strerror', None) or _DAMAGED}") from None

    def _from_zstandard(self, source: Any) -> Iterator[bytes]:
        import zstandard  # noqa: PLC0415 - few files are packed

        try:
            with zstandard.ZstdDecompressor().stream_reader(source, read_across_frames=True) as stream:
                while block := stream.read(_BLOCK):
                    yield block
        except zstandard.ZstdError:
            raise BadInput(f"file={self._path}: {_DAMAGED}") from None


def _encoding_of(begin: bytes) -> str:
    """Return the encoding of a text by its beginning: a mark, or a first letter as UTF-16 without a mark has it."""
    marked = next((name for mark, name in _MARKS if begin.startswith(mark)), None)
    if marked is not None or begin[:2].count(0) != 1:
        return marked or "utf-8"
    return "utf-16-be" if begin[0] == 0 else "utf-16-le"


class _Joined(io.RawIOBase):
    """A file whose first bytes were read already."""

    def __init__(self, begin: bytes, file: IO[bytes]) -> None:
        super().__init__()
        self._begin, self._file = begin, file

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or what there is."""
        if not self._begin:
            return self._file.read(size)
        size = len(self._begin) if size < 0 else size
        begin, self._begin = self._begin[:size], self._begin[size:]
        return begin


class _Again(io.RawIOBase):
    """A kept file from its beginning, which stays open."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        file.seek(0)

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes, or what there is."""
        return self._file.read(size)


def _spool() -> IO[bytes]:
    """Return what standard input has given, read to its end once."""
    global _spooled  # noqa: PLW0603 - a process has one standard input
    stream = sys.stdin
    if _spooled is None or _spooled[0] is not stream:
        if stream is None or stream.closed:
            raise OSError("standard input is closed")
        if _spooled is not None:
            _spooled[1].close()
        kept = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        shutil.copyfileobj(getattr(stream, "buffer", stream), kept)
        _spooled = stream, kept
    return _spooled[1]


def stamp_of(path: Path) -> tuple[Any, ...]:
    """Return facts about a file that change with its content, without reading it.

    Raises:
        BadInput: there is no such file.
    """
    try:
        if path == STANDARD_INPUT:
            return "-", id(_spool())
        status = expanded(path, "file").stat()
    except OSError as error:
        raise BadInput(f"file={path}: {unreadable(path, error)}") from None
    return str(path), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
