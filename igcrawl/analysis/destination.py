"""Destinations of exports: a file that is replaced whole, by rename, or standard output."""

from __future__ import annotations

import gzip
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import IO, Any, Final, cast

import zstandard

from igcrawl.errors import BadInput, StoreError

FORMATS: Final = ("jsonl", "csv", "parquet")
_COMPRESSIONS: Final = (".gz", ".zst")
#: Beside a store's file, by the ends of their names: SQLite's own, and the folder of its workers.
_OF_STORE: Final = ("", "-wal", "-shm", "-journal", "-workers")


@dataclass(frozen=True, slots=True)
class Destination:
    """The place that an export is written to.

    Args:
        path: the file, None for standard output.
        format: one of `FORMATS`.
        compression: ``.gz``, ``.zst`` or "" for none.
    """

    path: Path | None
    format: str
    compression: str = ""

    def __str__(self) -> str:
        return "standard output" if self.path is None else str(self.path)


def read_destination(out: str, format_: str | None) -> Destination:
    """Return the destination that the operator means.

    Args:
        out: a file, or ``-`` for standard output.
        format_: what is to be written; None when the file's suffix says it.

    Raises:
        BadInput: it is a folder; the format is unknown, or cannot be written there.
    """
    if format_ is not None and format_ not in FORMATS:
        near = get_close_matches(format_, FORMATS)
        meant = f"did you mean {near[0]}? " if near else ""
        raise BadInput(f"--format={format_}: no such format; {meant}allowed: {', '.join(FORMATS)}")
    if out == "-":
        if format_ == "parquet":
            raise BadInput("parquet is not written to standard output; name a file")
        return Destination(None, format_ or "jsonl")
    if out.endswith("/") or Path(out).is_dir():
        raise BadInput(f"{out} is a folder; name a file in it")
    suffixes = [suffix.lower() for suffix in Path(out).suffixes]
    compression = suffixes.pop() if suffixes and suffixes[-1] in _COMPRESSIONS else ""
    chosen = format_ or (suffixes[-1].removeprefix(".") if suffixes else "")
    if chosen not in FORMATS:
        raise BadInput(
            f"{out}: its suffix names no format; allowed: .jsonl and .csv, which may be followed by .gz or .zst, and "
            f".parquet; or give --format: {', '.join(FORMATS)}"
        )
    if chosen == "parquet" and compression:
        raise BadInput(f"{out}: parquet is compressed already; leave {compression} out")
    return Destination(Path(out), chosen, compression)


def check_file(path: Path, store: Path | None) -> None:
    """Check that a file may be replaced.

    Args:
        path: the file.
        store: the file of the store, None for a database.

    Raises:
        BadInput: it may not.
    """
    if not path.parent.is_dir():
        raise BadInput(f"{path}: there is no folder {path.parent}")
    if store is not None and _is_of_store(path, store):
        raise BadInput(f"{path} belongs to the store; name another file")
    if path.exists() and not path.is_file():
        raise BadInput(f"{path} is no regular file; - is standard output")
    if path.exists() and not os.access(path, os.W_OK):
        raise BadInput(f"{path}: Permission denied")


def _is_of_store(path: Path, store: Path) -> bool:
    real, kept = path.resolve(), store.resolve()
    own = [kept.with_name(kept.name + end) for end in _OF_STORE]
    if real in own or real.parent in own:
        return True
    return real.exists() and any(each.exists() and real.samefile(each) for each in own)


@contextmanager
def replaced(path: Path, compression: str) -> Iterator[IO[bytes]]:
    """Give a file to write; when the context ends well, it takes the place of another one in one step.

    Args:
        path: the file that is replaced; a link leads to it.
        compression: see `Destination`.

    Raises:
        BadInput: nothing can be written beside the file.
        StoreError: the file could not be written; the old one is as it was.
    """
    real = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name[:100]}.")
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as raw:
            with _compressed(raw, compression) as file:
                yield file
            raw.flush()
            os.fchmod(raw.fileno(), _mode_of(real))
            os.fsync(raw.fileno())
        temporary.replace(real)
        _sync_folder(real.parent)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}; it is as it was before") from None
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _compressed(raw: IO[bytes], compression: str) -> Iterator[IO[bytes]]:
    if compression == ".gz":
        # Without the time: the same records give the same file.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=raw, mtime=0) as file:
            yield cast("IO[bytes]", file)
    elif compression == ".zst":
        with zstandard.ZstdCompressor().stream_writer(raw, closefd=False) as writer:
            yield writer
    else:
        yield raw


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


def _mode_of(path: Path) -> int:
    """Return the permissions of a file, or those of a new one."""
    with suppress(FileNotFoundError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def opened_destination(destination: Destination) -> Any:
    """Return the context that gives the destination's file to write, see `replaced` and `standard_output`."""
    if destination.path is None:
        return standard_output()
    return replaced(destination.path, destination.compression)
