"""New files that take the place of old ones, by rename and all together; standard output beside them."""

from __future__ import annotations

import gzip
import os
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final, cast

import zstandard

from igcrawl.errors import BadInput, StoreError
from igcrawl.times import DAY

#: Endings of names: of a new file until it takes its place, of an old file while new ones take their places, of what
#: DuckDB writes beside its file.
_NEW: Final = ".igcrawl-new"
_OLD: Final = ".old"
_WAL: Final = ".wal"
#: So many bytes of a file's name begin that of the new one: a name is bounded in bytes, and endings come behind it.
_LONGEST_BEGIN: Final = 100


@dataclass(slots=True)
class _NewFile:
    path: Path
    """As the operator named it."""
    real: Path
    """The file to which its link leads."""
    temporary: Path
    streams: list[IO[bytes]] = field(default_factory=list)
    """Open ones, the outermost first."""


class NewFiles:
    """Files that are written beside those whose places they will take."""

    def __init__(self) -> None:
        self._files: list[_NewFile] = []

    @property
    def paths(self) -> list[Path]:
        """Those of the places, in the order in which the files were made."""
        return [file.path for file in self._files]

    def make(self, path: Path) -> Path:
        """Make the name of a file that does not exist yet, for a library that opens it by itself, and return it.

        Args:
            path: the place that it will take; a link leads to it.

        Raises:
            BadInput: nothing can be written beside the file.
        """
        made = self._made(path)
        made.temporary.unlink()
        return made.temporary

    def open(self, path: Path, compression: str = "") -> IO[bytes]:
        """Make a file and return it, open.

        Args:
            path: see `make`.
            compression: see `Destination`.

        Raises:
            BadInput: nothing can be written beside the file.
        """
        made = self._made(path)
        raw = cast("IO[bytes]", made.temporary.open("wb"))
        made.streams = [raw]
        if compression == ".gz":
            # Without the time: the same records give the same file.
            packed = gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0)
            made.streams = [cast("IO[bytes]", packed), raw]
        elif compression == ".zst":
            made.streams = [zstandard.ZstdCompressor().stream_writer(raw, closefd=False), raw]
        return made.streams[0]

    def put(self) -> None:
        """Let each file take its place: all of them, or none as far as the file system can go back.

        Raises:
            OSError: a file could not be written.
        """
        for file in self._files:
            for stream in file.streams:
                stream.close()
            file.streams = []
            _sync(file.temporary)
            file.temporary.chmod(_mode_of(file.real))
        _rename_together([(file.temporary, file.real) for file in self._files])
        for folder in dict.fromkeys(file.real.parent for file in self._files):
            _sync(folder)

    def drop(self) -> None:
        """Remove the files that have not taken their places."""
        for file in self._files:
            for stream in file.streams:
                with suppress(OSError):
                    stream.close()
            for name in (file.temporary.name, file.temporary.name + _WAL):
                file.temporary.with_name(name).unlink(missing_ok=True)

    def _made(self, path: Path) -> _NewFile:
        real = path.resolve()
        begin = os.fsencode(real.name)[:_LONGEST_BEGIN].decode(errors="ignore")
        try:
            _drop_left(real.parent, f".{begin}.")
            handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{begin}.", suffix=_NEW)
        except OSError as error:
            raise BadInput(f"{path}: {error.strerror or error}") from None
        os.close(handle)
        self._files.append(_NewFile(path, real, Path(name)))
        return self._files[-1]


@contextmanager
def new_files() -> Iterator[NewFiles]:
    """Give new files to be made; when the context ends well, they take their places.

    Raises:
        StoreError: a file could not be written; the old ones are as they were.
    """
    files = NewFiles()
    try:
        yield files
        files.put()
    except OSError as error:
        names = ", ".join(map(str, files.paths))
        unchanged = "it is as it was" if len(files.paths) == 1 else "they are as they were"
        raise StoreError(f"{names} cannot be written: {error.strerror or error}; {unchanged} before") from None
    finally:
        files.drop()


@contextmanager
def replaced(path: Path, compression: str) -> Iterator[IO[bytes]]:
    """Give a new file to write; it takes the place of the old one in one step, when the context ends without an error.

    Args:
        path: the file that is replaced; a link leads to it.
        compression: see `Destination`.

    Raises:
        BadInput: nothing can be written beside the file.
        StoreError: the file could not be written; the old one is as it was.
    """
    with new_files() as files:
        yield files.open(path, compression)


@contextmanager
def standard_output() -> Iterator[IO[bytes]]:
    """Give standard output to write to.

    Raises:
        BrokenPipeError: whoever was reading it has enough.
        StoreError: it could not be written.
    """
    sys.stdout.flush()
    # A file of our own: what it could not write is nobody's when Python ends.
    file = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    try:
        yield file
        file.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(f"standard output cannot be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            file.close()


def _drop_left(folder: Path, begin: str) -> None:
    """Remove the unfinished files of killed processes: they hold accounts, and nobody sees them.

    What was touched within a day may still be written, and stays.

    Args:
        folder: of the file.
        begin: of the names of its new files.
    """
    left: list[Path] = []
    # A folder that may be written to need not be readable.
    with suppress(OSError):
        left = [path for path in folder.iterdir() if path.name.startswith(begin) and _NEW in path.name]
    for path in left:
        with suppress(OSError):
            if path.lstat().st_mtime > time.time() - DAY:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _rename_together(renames: Sequence[tuple[Path, Path]]) -> None:
    """Rename files; when one cannot be renamed, those before it are put back."""
    olds: dict[Path, Path | None] = {}
    renamed: list[Path] = []
    try:
        for temporary, real in renames:
            if len(renames) > 1:
                olds[real] = _kept(temporary, real)
            temporary.replace(real)
            renamed.append(real)
    except OSError:
        for real in renamed:
            with suppress(OSError):
                _put_back(olds[real], real)
        raise
    finally:
        for old in filter(None, olds.values()):
            old.unlink(missing_ok=True)


def _put_back(old: Path | None, real: Path) -> None:
    if old is None:
        real.unlink()
    else:
        old.replace(real)


def _kept(temporary: Path, real: Path) -> Path | None:
    """Return a second name of an old file, None where there is no old file.

    Raises:
        OSError: the file system knows no second names.
    """
    if not real.exists():
        return None
    old = temporary.with_name(temporary.name + _OLD)
    old.hardlink_to(real)
    return old


def _mode_of(path: Path) -> int:
    """Return the permissions of a file, or those of a new one."""
    with suppress(FileNotFoundError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync(path: Path) -> None:
    """Make what was written to a file, or the names in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
