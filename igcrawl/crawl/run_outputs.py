"""Outputs of a run: taken before it begins, brought to their end when it leaves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from igcrawl.errors import BadInput, IgcrawlError, StoreError
from igcrawl.output.output import Output

#: As in the names of batches.
_PLACES: Final = re.compile(r"%\(\w+\)\d*[a-z]")


def take_outputs(outputs: Sequence[Output]) -> None:
    """Take the outputs for this process alone.

    Raises:
        BadInput: one cannot be taken, or two are one file.
    """
    keys = [output.key for output in outputs]
    for output in outputs:
        if sum(_may_be(key, output.key) for key in keys) > 1:
            raise BadInput(f"output {output.name}: two outputs would write to it; name another file")
        output.take()


def _may_be(key: str, other: str) -> bool:
    """Return whether a text, which may have places for number or time, comes to another one."""
    return key == other or bool(re.fullmatch(".+".join(map(re.escape, _PLACES.split(key))), other))


async def finish_outputs(outputs: Iterable[Output], tail: bytes, written: list[str]) -> None:
    """Write what outputs still miss: each that can be written, whatever becomes of another.

    Args:
        outputs: the run's.
        tail: see `Output.finish`.
        written: takes the names of those that are good.
    """
    failed: list[IgcrawlError] = []
    for output in outputs:
        try:
            with output_errors(output):
                await output.finish(tail)
            written += output.written
        except (BadInput, StoreError) as error:
            failed.append(error)
    if failed:
        raise failed[0]


@contextmanager
def output_errors(output: Output) -> Iterator[None]:
    """Raise what an output fails with as errors of ours that name it.

    Raises:
        StoreError: it failed.
    """
    try:
        yield
    except IgcrawlError:
        raise
    except OSError as error:
        raise StoreError(f"{output.name}: {error.strerror or error}") from None
    except Exception as error:  # whatever an exporter or a filter of the operator's own raises
        raise StoreError(f"{output.name}: {type(error).__name__}: {error}") from None
