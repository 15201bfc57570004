"""State of an output as the store keeps it: how much of the crawl it holds, and how its file was left."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from igcrawl.output.place import FileFacts


@dataclass(slots=True, kw_only=True)
class OutputState:
    """State of an output.

    Args:
        format: what it is written as; another one is another file.
        start: bytes that stood there before the crawl; what others wrote is never cut.
        before: hash of these.
        length: where the crawl's own part ends, but for `tail`.
        hash: of that part; "" when it is not known.
        place: place of the last page that it holds.
        skip: how many records of the page behind that one it holds, too: a batch ends anywhere.
        batch: number of the batch, 0 for an output without batches.
        full: whether the batch has all its records.
        tail: what stands behind the own part until the crawl goes on.
        facts: of the file, as it was left; None while that is not known.
        next: the state that the file has once it is replaced, which is just being done.
    """

    format: str = ""
    start: int = 0
    before: str = ""
    length: int = 0
    hash: str = ""
    place: int = 0
    skip: int = 0
    batch: int = 0
    full: bool = False
    tail: bytes = b""
    facts: FileFacts | None = None
    next: OutputState | None = None

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> OutputState:
        """Return what was kept."""
        known = {field.name: kept[field.name] for field in fields(cls) if kept.get(field.name) is not None}
        if "tail" in known:
            known["tail"] = b64decode(known["tail"])
        if "facts" in known:
            known["facts"] = FileFacts(*known["facts"])
        if "next" in known:
            known["next"] = cls.read(known["next"])
        return cls(**known)

    def kept(self) -> dict[str, Any]:
        """Return what is to be kept, as JSON."""
        # Not by `asdict`, which copies each value deeply: this is done for each page.
        known = {name: value for name in _NAMES if (value := getattr(self, name))}
        if self.tail:
            known["tail"] = b64encode(self.tail).decode()
        if self.facts is not None:
            known["facts"] = list(self.facts)
        if self.next is not None:
            known["next"] = self.next.kept()
        return known


_NAMES: Final = tuple(field.name for field in fields(OutputState))
