"""Simulators in a process of their own, for what is measured in others."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from igcrawl.simulator import Simulator

#: Users, and users a page.
Size = tuple[int, int]


def _serve(sizes: list[Size], compress: bool, folder: str, ready: object) -> None:
    from tests.bench.legacy_list import answer_legacy_lists

    answer_legacy_lists()
    with ExitStack() as stack:
        servers = {}
        for number, (users, page_size) in enumerate(sizes):
            simulator = stack.enter_context(Simulator(users=users, page_size=page_size, compress=compress))
            session = Path(folder) / f"session{number}.json"
            simulator.write_session(session)
            urls = {"url": simulator.mobile_url, "web": simulator.web_url}
            servers[users, page_size] = {**urls, "session": str(session), "folder": folder}
        ready.put(servers)  # type: ignore[attr-defined]
        ready.join()  # type: ignore[attr-defined]


@contextmanager
def simulator_processes(
    sizes: list[tuple[int, int]], compress: bool
) -> Iterator[dict[tuple[int, int], dict[str, str]]]:
    """Serve a simulator for each number of users and size of pages, and give their addresses by these.

    One process serves all of them: one after the other is asked.
    """
    context = multiprocessing.get_context("spawn")
    ready = context.JoinableQueue()
    with tempfile.TemporaryDirectory() as folder:
        process = context.Process(target=_serve, args=(sizes, compress, folder, ready))
        process.start()
        try:
            yield ready.get(timeout=60)
        finally:
            ready.task_done()
            process.join()


@contextmanager
def simulator_process(users: int, page_size: int, compress: bool) -> Iterator[dict[str, str]]:
    """Serve one simulator."""
    with simulator_processes([(users, page_size)], compress) as servers:
        yield servers[users, page_size]
