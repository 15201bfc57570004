"""Files of targets as people and programs write them: lists, tables with a head, JSON lines, igcrawl's own output.

A file is read twice, in flat memory: once to find what is wrong with it, and once to give its targets.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from igcrawl.arguments.target_fields import TargetKind
from igcrawl.arguments.target_rows import TargetRows
from igcrawl.arguments.targets import NotATarget, Target, shown
from igcrawl.arguments.text_lines import stamp_of
from igcrawl.errors import BadInput

#: So many bad lines are told with the reason, and so many more by their number.
_EXPLAINED: Final = 5
_NUMBERED: Final = 20
#: So many files are known at once.
_REMEMBERED: Final = 16


@dataclass(slots=True)
class BadLines:
    """The lines of a file that are no target."""

    count: int = 0
    explained: list[str] = field(default_factory=list)
    numbered: list[int] = field(default_factory=list)

    def add(self, number: int, text: str, problem: str) -> None:
        """Count a line in."""
        self.count += 1
        if len(self.explained) < _EXPLAINED:
            quoted = f"'{shown(text)}': " if text else ""
            self.explained.append(f"line {number}: {quoted}{problem}")
        elif len(self.numbered) < _NUMBERED:
            self.numbered.append(number)

    def __str__(self) -> str:
        """The lines, the first of them with their reasons."""
        told = list(self.explained)
        if self.numbered:
            several = "s" if len(self.numbered) > 1 else ""
            told.append(f"also line{several} {', '.join(map(str, self.numbered))}")
        if more := self.count - len(self.explained) - len(self.numbered):
            told.append(f"and {more:,} more")
        return "; ".join(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """What a file of targets holds.

    Args:
        count: lines or records with a target, doubles included.
        digest: a hash of the targets in their order.
        layout: how they were found, for the operator; empty for a list without a head.
        bad: lines that are none.
        without: records of igcrawl's own that have none.
    """

    count: int
    digest: str
    layout: str
    bad: BadLines
    without: int = 0


#: What files hold, by what tells their states apart.
_known: OrderedDict[tuple[Any, ...], FileContent] = OrderedDict()


class TargetFile:
    """A file of targets.

    Args:
        path: of the file; ``-`` is standard input.
        kind: what its targets are.
        column: the head of the column, or the name of the field, that holds them; None for the one that is known to.
        skips: whether lines that are no target are passed over.
        lists_profiles: tells of an operation, by its name, whether its records are profiles: a profile that another
            operation's walk has asked for is the walk's own target, not one of its list.
    """

    def __init__(
        self,
        path: Path,
        kind: TargetKind,
        column: str | None = None,
        *,
        skips: bool = False,
        lists_profiles: Callable[[str], bool] = lambda operation: True,
    ) -> None:
        self._path, self._kind, self._column, self._skips = path, kind, column, skips
        self._lists_profiles = lists_profiles

    def content(self) -> FileContent:
        """Read the file to its end, unless it is known as it is, and return what it holds.

        Raises:
            BadInput: it cannot be read, has no target, or a line is none and is not to be passed over.
        """
        key = (*stamp_of(self._path), self._kind.one, self._column)
        content = _known.get(key)
        if content is None:
            content = _known[key] = self._read()
            while len(_known) > _REMEMBERED:
                _known.popitem(last=False)
        if content.bad.count and not self._skips:
            advice = (
                "bad_lines=skip goes on without" if content.bad.count == 1 else "bad_lines=skip goes on without them"
            )
            raise BadInput(f"file={self._path}: {content.bad}; mend the file, or {advice}")
        if not content.count:
            passed = f" but {content.bad}" if content.bad.count else ""
            # For walk records, say, which are about the targets of another crawl.
            advice = "; column=… names the field to read, such as column=target" if content.without else ""
            raise BadInput(f"file={self._path}: no {self._kind.one} in it{passed}{advice}")
        return content

    def __iter__(self) -> Iterator[Target]:
        """Yield the targets in the order of the file, doubles included.

        Raises:
            BadInput: the file is not what it was when it was read first.
        """
        expected = self.content()
        rows = TargetRows(self._path, self._kind, self._column, self._lists_profiles)
        digest = _Digest()
        with rows:
            for _, _, found in rows:
                if isinstance(found, Target):
                    digest.add(found)
                    yield found
        if digest.text() != expected.digest:
            raise BadInput(f"file={self._path}: it was changed while it was read; run the command again")

    def _read(self) -> FileContent:
        rows = TargetRows(self._path, self._kind, self._column, self._lists_profiles)
        digest, bad, count, without = _Digest(), BadLines(), 0, 0
        with rows:
            for number, text, found in rows:
                if isinstance(found, Target):
                    digest.add(found)
                    count += 1
                elif isinstance(found, NotATarget):
                    bad.add(number, text, str(found))
                else:
                    without += 1
        return FileContent(count=count, digest=digest.text(), layout=rows.layout, bad=bad, without=without)


class _Digest:
    """A hash of targets in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._held: list[str] = []

    def add(self, target: Target) -> None:
        """Take a target in."""
        self._held.append(f"{target.kind} {target.value}\n")
        if len(self._held) >= 1000:
            self._take()

    def text(self) -> str:
        """Return the hash of all that were taken in."""
        self._take()
        return self._hash.hexdigest()[:32]

    def _take(self) -> None:
        self._hash.update("".join(self._held).encode())
        self._held.clear()
