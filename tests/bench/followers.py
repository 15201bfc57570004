"""`make bench`: what a follower costs, by igcrawl, by a bare loop and by clients that others wrote, side by side.

Figures are user + system CPU of whole processes, measured from outside. A follower's cost is the slope between two
lengths of the list, so that the start is left out. Servers have another core. The ways take turns in each round, and a
figure is the median of the rounds. ``--rounds 1 --users 20000`` is quick; ``--markdown`` prints docs/performance.md's
table.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import peers
from tests.bench.measuring import Cores, Usage, measure
from tests.bench.servers import Size, simulator_processes
from tests.bench.table import Measured, Runs, header, markdown, rows, start_rows, text
from tests.bench.ways import DEFAULTS, POSTGRES, SCRAPY, SURFACES, Way, one_page, postgres_is_there, ways

Servers = dict[Size, dict[str, str]]


def run(way: Way, server: dict[str, str], page_size: int, core: int, users: int | None = None) -> Usage:
    """Run a way once, in an empty folder; with `users`, it must have written all of them."""
    with (
        tempfile.TemporaryDirectory(prefix="igcrawl-bench-") as name,
        way.ready(server, page_size, Path(name)) as (command, environment),
    ):
        usage = measure(command, environment, core, Path(name))
        if users is not None:
            way.check(Path(name), users)
        return usage


def followers(compared: list[Way], servers: Servers, few: int, many: int, rounds: int, core: int) -> Measured:
    """Measure each way at each page size, round by round."""
    measured: Measured = {}
    for page_size in sorted({size for _, size in servers}):
        taking_part = [way for way in compared if page_size in way.page_sizes]
        runs = measured[page_size] = {way.name: Runs([], [], (few, many)) for way in taking_part}
        for each in range(rounds):
            for way in taking_part:
                print(f"{page_size} a page, round {each + 1}: {way.name}", end="\r\033[K", file=sys.stderr, flush=True)
                runs[way.name].few.append(run(way, servers[few, page_size], page_size, core, few))
                runs[way.name].many.append(run(way, servers[many, page_size], page_size, core, many))
    return measured


def starts(compared: list[Way], server: dict[str, str], rounds: int, core: int) -> dict[str, list[Usage]]:
    """Measure what each way takes for its first page alone."""
    measured = [way for way in compared if way.name in {DEFAULTS, SCRAPY} or way.is_peer]
    taken: dict[str, list[Usage]] = {way.name: [] for way in measured}
    for _ in range(rounds):
        for way in measured:
            taken[way.name].append(run(one_page(way), server, 50, core))
    return taken


def machine(options: argparse.Namespace, load: float) -> str:
    """Return one line: date, machine, how busy others kept it before, versions, and what was measured."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    with_peers = ", ".join(f"{peer} {peers.VERSIONS[peer]}" for peer in peers.installed()) or "no peers"
    return (
        f"{datetime.now(UTC):%d %B %Y}; {model}, {os.cpu_count()} cores, load {load:.1f} before; "
        f"Python {platform.python_version()}; {with_peers}; slope from {options.few:,} to {options.users:,} followers, "
        f"{'gzip' if options.gzip else 'identity'}, median of {options.rounds}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", help="measure these alone, beside the bare loop: igcrawl, IG_KEEP=False, …")
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--pages", type=int, nargs="*", choices=list(SURFACES), default=list(SURFACES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gzip", action="store_true", help="let the server compress")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    options.few = options.users // 5
    return options


def main() -> None:
    options, cores = _options(), Cores()
    compared = ways(options.ways)
    if not postgres_is_there():
        compared = [way for way in compared if way.name != POSTGRES]
    load = os.getloadavg()[0]
    cores.leave_the_clients()
    sizes = [(users, page_size) for page_size in options.pages for users in (options.few, options.users)]
    with simulator_processes(sizes, options.gzip) as servers:
        begun = starts(compared, servers[sizes[0]], options.rounds, cores.client) if 50 in options.pages else {}
        measured = followers(compared, servers, options.few, options.users, options.rounds, cores.client)
    table = markdown if options.markdown else text
    print(machine(options, load), table([header(), *rows(measured)]), sep="\n\n")
    if begun:
        print("", table([["start: one page", "CPU s", "peak MB", "aim"], *start_rows(begun)]), sep="\n")
    missing = [peer for peer in peers.VERSIONS if peer not in peers.installed()]
    if missing and not options.ways:
        print(f"\nwithout {', '.join(missing)}: make bench-peers installs them", file=sys.stderr)


if __name__ == "__main__":
    main()
