"""Files of targets as people and programs write them: lists, tables with a head, JSON lines, igcrawl's own output.

A file is read twice, in flat memory: once to find what is wrong with it, and once to give its targets.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from igcrawl.arguments.bad_lines import LineProblems
from igcrawl.arguments.repeated_lines import FirstLines, RepeatedLines
from igcrawl.arguments.target_fields import TargetKind
from igcrawl.arguments.target_rows import TargetRows
from igcrawl.arguments.targets import GivenTarget, NotATarget, Target
from igcrawl.arguments.text_lines import stamp_of
from igcrawl.errors import BadInput

#: So many files are known at once.
_REMEMBERED: Final = 16
#: Of so many different targets it is known in which line they stand first: memory stays flat.
_FIRST_LINES: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """Content of a file of targets.

    Args:
        count: lines or records with a target, doubles included.
        digest: a hash of the targets in their order.
        layout: how they were found, for the operator; empty for a list without a head.
        bad: lines that are none.
        repeated: the first lines whose target stands in an earlier one.
        without: records of igcrawl's own that have none.
        hint: which column looks more like it than the one that was named; empty for none.
    """

    count: int
    digest: str
    layout: str
    bad: LineProblems
    repeated: RepeatedLines
    without: int = 0
    hint: str = ""


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
        """Return what the file holds. It is read again only when it has changed.

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
            advice = f"bad_lines=skip goes on without {'it' if content.bad.count == 1 else 'them'}"
            listed = "" if content.bad.all_are_told else "; bad_lines=list prints each of them"
            hint = f"; {content.hint}" if content.hint and content.bad.count > content.count else ""
            raise BadInput(f"file={self._path}: {content.bad}{hint}; mend the file, or {advice}{listed}")
        if not content.count:
            passed = f" but {content.bad}" if content.bad.count else ""
            # For walk records, say, which are about the targets of another crawl.
            advice = "; column=… names the field to read, such as column=target" if content.without else ""
            raise BadInput(f"file={self._path}: no {self._kind.one} in it{passed}{advice}")
        return content

    def lines_not_asked(self) -> Iterator[tuple[int, str, str]]:
        """Yield each line that is not asked for: its number, its text, and why; it is no target or repeats one.

        Raises:
            BadInput: the file cannot be read.
        """
        first = FirstLines()
        with TargetRows(self._path, self._kind, self._column, self._lists_profiles) as rows:
            for number, text, found in rows:
                if isinstance(found, NotATarget):
                    yield number, text, str(found)
                elif found is not None and (earlier := first.earlier(found, number)) is not None:
                    yield number, text, f"repeats line {earlier}"

    def __iter__(self) -> Iterator[GivenTarget]:
        """Yield the targets in the order of the file, doubles included.

        Raises:
            BadInput: the file is not what it was when it was read first.
        """
        expected = self.content()
        rows = TargetRows(self._path, self._kind, self._column, self._lists_profiles)
        digest = _Digest()
        with rows:
            for number, text, found in rows:
                if isinstance(found, Target):
                    digest.add(found)
                    yield GivenTarget(found, text, number)
        if digest.text() != expected.digest:
            raise BadInput(f"file={self._path}: it was changed while it was read; run the command again")

    def _read(self) -> FileContent:
        rows = TargetRows(self._path, self._kind, self._column, self._lists_profiles)
        digest, bad, count, without = _Digest(), LineProblems(), 0, 0
        first, repeated = FirstLines(_FIRST_LINES), RepeatedLines()
        with rows:
            for number, text, found in rows:
                if isinstance(found, Target):
                    digest.add(found)
                    count += 1
                    if (earlier := first.earlier(found, number)) is not None:
                        repeated.add(number, earlier)
                elif isinstance(found, NotATarget):
                    bad.add(number, text, str(found))
                else:
                    without += 1
        return FileContent(
            count=count,
            digest=digest.text(),
            layout=rows.layout,
            bad=bad,
            repeated=repeated,
            without=without,
            hint=rows.hint,
        )


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
