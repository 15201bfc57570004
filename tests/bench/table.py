"""The bench's table: medians, ratios, aims."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from tests.bench.measuring import Usage
from tests.bench.peers import VERSIONS
from tests.bench.ways import BARE, CLIENT, DEFAULTS, POSTGRES

#: By way and page size: how many times the bare loop at most; how many times quicker than aiograpi at least.
TIMES_BARE = {
    (DEFAULTS, 50): 5.5, (DEFAULTS, 200): 3.5,
    ("… IG_SYNC_SECONDS=0", 50): 8.0, ("… IG_SYNC_SECONDS=0", 200): 5.0,
    (POSTGRES, 50): 9.0, (POSTGRES, 200): 5.0,
}  # fmt: skip
QUICKER = {50: 2.0, 200: 3.5}
#: How many times the command the client takes at most.
TIMES_COMMAND = 1.3
START = 0.75
RSS = 110.0


@dataclass
class Runs:
    """What a way took at one page size, by number of users and round."""

    few: list[Usage]
    many: list[Usage]
    users: tuple[int, int]

    @property
    def each(self) -> float:
        """µs a follower: the median of the rounds' slopes, which leave the start out."""
        few, many = self.users
        slopes = [(b.cpu - a.cpu) / (many - few) for a, b in zip(self.few, self.many, strict=True)]
        return median(slopes) * 1e6

    @property
    def peak_mb(self) -> float:
        return median(usage.peak_mb for usage in self.many)


Measured = dict[int, dict[str, Runs]]
Line = list[str]


def header() -> Line:
    return ["a page", "", "µs a follower", "times bare", *(f"{peer} ÷" for peer in VERSIONS), "peak MB", "aim"]


def rows(measured: Measured) -> Iterator[Line]:
    """Yield a line for each page size and way.

    A peer's column says how many times as much CPU the peer took.
    """
    for page_size, by_way in measured.items():
        bare = by_way[BARE].each
        for name, runs in by_way.items():
            ratios = [_ratio(by_way.get(peer), runs, own=name == peer) for peer in VERSIONS]
            yield [
                str(page_size), name, f"{runs.each:.1f}", f"{runs.each / bare:.1f}", *ratios, f"{runs.peak_mb:.0f}",
                "; ".join(_aims(page_size, name, by_way)),
            ]  # fmt: skip


def _ratio(peer: Runs | None, runs: Runs, *, own: bool) -> str:
    return f"{peer.each / runs.each:.1f}" if peer and not own else ""


def _aims(page_size: int, name: str, by_way: dict[str, Runs]) -> Iterator[str]:
    runs = by_way[name]
    if runs.each <= 0:
        yield "too few followers to tell"
        return
    if (most := TIMES_BARE.get((name, page_size))) is not None:
        yield _verdict(f"≤ {most:g} × bare", runs.each / by_way[BARE].each <= most)
    if name == CLIENT and DEFAULTS in by_way:
        times = runs.each / by_way[DEFAULTS].each
        yield _verdict(f"≤ {TIMES_COMMAND:g} × igcrawl", times <= TIMES_COMMAND)
    if name == DEFAULTS:
        if "aiograpi" in by_way:
            quicker = by_way["aiograpi"].each / runs.each
            yield _verdict(f"aiograpi ≥ {QUICKER[page_size]:g} ×", quicker >= QUICKER[page_size])
        yield _verdict(f"≤ {RSS:g} MB", runs.peak_mb <= RSS)


def start_rows(starts: dict[str, list[Usage]]) -> Iterator[Line]:
    """Yield a line for each way's start: CPU seconds of a whole process that asks for one page, and its peak memory."""
    for name, usages in starts.items():
        cpu = median(usage.cpu for usage in usages)
        aim = _verdict(f"≤ {START:g} s", cpu <= START) if name == DEFAULTS else ""
        yield [name, f"{cpu:.2f}", f"{median(usage.peak_mb for usage in usages):.0f}", aim]


def _verdict(aim: str, met: bool) -> str:
    return f"{aim}: {'met' if met else 'missed'}"


def text(lines: list[Line]) -> str:
    """Return lines with their cells in columns; numbers stand at the right."""
    return "\n".join(_in_columns(lines, lambda cells: "  ".join(cells).rstrip()))


def markdown(lines: list[Line]) -> str:
    """Return lines as a Markdown table, the first of them as its head."""
    head, *others = [f"| {' | '.join(cells)} |" for cells in lines]
    return "\n".join([head, "|" + " --- |" * len(lines[0]), *others])


def _in_columns(lines: list[Line], join: Callable[[Line], str]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for cells in lines:
        yield join([
            cell.ljust(width) if cell[:1].isalpha() or cell[:1] in "…≤" else cell.rjust(width)
            for cell, width in zip(cells, widths, strict=True)
        ])  # fmt: skip
