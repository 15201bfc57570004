"""Destinations of what is written: a file, several named after it, or standard output."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from igcrawl.analysis.formats.format import FORMATS, Format, names_of
from igcrawl.analysis.replacing import replaced, standard_output
from igcrawl.config.own_files import OwnFiles
from igcrawl.errors import BadInput
from igcrawl.output.encoders import COMPRESSED
from igcrawl.paths import expanded
from igcrawl.wording import did_you_mean, nearest


@dataclass(frozen=True, slots=True)
class Destination:
    """The place that something is written to.

    Args:
        path: the file, None for standard output.
        format: that it is written in.
        compression: ``.gz``, ``.zst`` or "" for none.
    """

    path: Path | None
    format: Format
    compression: str = ""

    def __str__(self) -> str:
        return "standard output" if self.path is None else str(self.path)

    def opened(self) -> AbstractContextManager[IO[bytes]]:
        """Return the context that gives the file to write, see `replaced` and `standard_output`."""
        return standard_output() if self.path is None else replaced(self.path, self.compression)


def read_destination(
    out: str, name: str | None, purpose: str | None = None, formats: tuple[Format, ...] = FORMATS
) -> Destination:
    """Return the destination that the operator means.

    Args:
        out: a file, or ``-`` for standard output.
        name: of the format; None when the file's suffix says it.
        purpose: the program that will open it, None for any.
        formats: those that may be written; the first is the one of standard output.

    Raises:
        BadInput: it is a folder; the format is unknown, or cannot be written there.
    """
    known = names_of(formats)
    if name is not None and name not in known:
        meant = did_you_mean(nearest(name, known, most=1))
        raise BadInput(f"--format={name}: no such format; {meant}allowed: {', '.join(known)}")
    if out == "-":
        chosen = _serving(name or known[0], purpose, formats)
        if not chosen.streams:
            raise BadInput(f"{chosen} is not written to standard output; name a file")
        return Destination(None, chosen)
    path = path_of_file(out)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    compression = suffixes.pop() if suffixes and suffixes[-1] in COMPRESSED else ""
    suffix = suffixes[-1].removeprefix(".") if suffixes else ""
    if name is None and suffix not in known:
        raise BadInput(f"{out}: its suffix names no format; {_suffixes(suffix, formats)}")
    chosen = _serving(name or suffix, purpose, formats)
    if compression and not chosen.compressible:
        raise BadInput(f"{out}: {chosen} is written as it is; leave {compression} out")
    return Destination(path, chosen, compression)


def _serving(name: str, purpose: str | None, formats: tuple[Format, ...]) -> Format:
    """Return the format of a name that serves a purpose."""
    if purpose is None:
        return next(each for each in formats if each.name == name and each.plain)
    purposes = list(dict.fromkeys(known for each in formats for known in each.purposes))
    if purpose not in purposes:
        meant = did_you_mean(nearest(purpose, purposes, most=1))
        raise BadInput(f"--for={purpose}: no such purpose; {meant}allowed: {', '.join(purposes)}")
    serving = [each for each in formats if purpose in each.purposes]
    for each in serving:
        if each.name == name:
            return each
    raise BadInput(f"--for={purpose}: {name} is nothing for it; allowed: {', '.join(names_of(tuple(serving)))}")


def _suffixes(suffix: str, formats: tuple[Format, ...]) -> str:
    plain = [each for each in formats if each.plain]
    whole = [f".{each.name}" for each in plain if not each.compressible]
    packed = [f".{each.name}" for each in plain if each.compressible]
    meant = did_you_mean(f".{name}" for name in nearest(suffix, names_of(formats), most=1))
    return (
        f"{meant}allowed: {', '.join(packed)}, each also with {' or '.join(COMPRESSED)} behind it, "
        f"{', '.join(whole)}; or give --format: {', '.join(names_of(formats))}"
    )


def path_of_file(out: str) -> Path:
    """Return the path of a file that the operator names.

    Raises:
        BadInput: it is a folder, or no file can have this path.
    """
    path = expanded(out)
    with _refused(out):
        if out.endswith("/") or path.is_dir():
            raise BadInput(f"{out} is a folder; name a file in it")
    return path


def check_file(path: Path, own: OwnFiles) -> None:
    """Check that a file may be replaced.

    Args:
        path: the file.
        own: what it must not be.

    Raises:
        BadInput: it may not.
    """
    with _refused(path):
        if not path.parent.is_dir():
            raise BadInput(f"{path}: there is no folder {path.parent}")
        real = path.resolve()
        if (whose := own.owner(real)) is not None:
            raise BadInput(f"{path} belongs to {whose}; name another file")
        if not path.exists():
            return
        if not path.is_file():
            raise BadInput(f"{path} is no regular file; - is standard output")
        if not os.access(path, os.W_OK):
            raise BadInput(f"{path}: Permission denied")
        if _is_standard_output(path):
            raise BadInput(f"{path} is where standard output goes; - writes there")


@contextmanager
def _refused(path: Path | str) -> Iterator[None]:
    """Refuse a path that the system cannot follow."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        # Python tells a link that leads to itself by a RuntimeError.
        told = os.strerror(errno.ELOOP) if isinstance(error, RuntimeError) else error.strerror or error
        raise BadInput(f"{path}: {told}") from None


def _is_standard_output(path: Path) -> bool:
    """Return whether a shell has opened this file for what the process prints; what stands in it is not ours."""
    with suppress(OSError):
        return os.path.samestat(path.stat(), os.fstat(1))
    return False
