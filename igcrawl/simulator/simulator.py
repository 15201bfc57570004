"""The simulator as tests, the demo and benchmarks use it."""

import socket
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from igcrawl.simulator.accounts import START_ID
from igcrawl.simulator.exchange import Desk
from igcrawl.simulator.faults import Fault, Faults
from igcrawl.simulator.graph import Graph
from igcrawl.simulator.limits import Limit, Limits
from igcrawl.simulator.operations import DocIds
from igcrawl.simulator.requests_log import LoggedRequest
from igcrawl.simulator.rotation import Rotation, Rotations
from igcrawl.simulator.rules import Rule
from igcrawl.simulator.server import ServerThread, listen
from igcrawl.simulator.sessions import Sessions, write_session
from igcrawl.simulator.validation import check_whole
from igcrawl.simulator.world import World

_MOST_USERS = 30_000_000


class Simulator:
    """An Instagram that fits in a process.

    `users` accounts follow 25025320; the same `seed` gives the same accounts, lists, cursors and session. Port 0 takes
    a free one. `page_size` overrides the page sizes the server would choose (mobile) and caps those asked for (REST).
    `compress=False` never compresses. One port serves both hosts. Use it as a context manager, or call start and stop.

    `rules` answer by heart what they fit, before anything else (see `rules`).

    `limits` say how much the account may ask (see `limits`); after `challenge_after` throttled requests within
    `violation_window` seconds it gets nothing but challenges. A session expires after `expires_after_requests` or
    `expires_after_seconds`; `sessions.renew()` makes the next one. `clock` gives seconds: limits, expiry and the log of
    requests go by it, so a test can let a day pass in no time. It is called from the server's thread.

    Raises SimulatorError (one line) for an address that is not loopback, a port that is taken or out of range, a
    number out of range, or a fault or limit that cannot be.
    """

    def __init__(
        self,
        users: int = 1000,
        seed: int = 7,
        port: int = 0,
        host: str = "127.0.0.1",
        faults: Iterable[Fault | Mapping[str, object]] = (),
        *,
        page_size: int | None = None,
        compress: bool = True,
        limits: Iterable[Limit | Mapping[str, object]] = (),
        rotations: Iterable[Rotation | Mapping[str, object]] = (),
        rules: Iterable[Rule | Mapping[str, object]] = (),
        challenge_after: int | None = None,
        violation_window: float = 3600.0,
        expires_after_requests: int | None = None,
        expires_after_seconds: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        check_whole("users", users, 1, _MOST_USERS)
        check_whole("seed", seed, -(2**63), 2**63 - 1)
        if page_size is not None:
            check_whole("page_size", page_size, 1, 1000)
        self._host, self._port, self._compress = host, port, compress
        self._world = World(users, seed, page_size)
        self._sessions = Sessions(
            seed, clock, expires_after_requests=expires_after_requests, expires_after_seconds=expires_after_seconds
        )
        self.faults = Faults(seed, faults)
        self.limits = Limits(seed, limits, challenge_after=challenge_after, violation_window=violation_window)
        self._desk = Desk(self._world, self._sessions, self.faults, self.limits, clock, seed, rotations, rules)
        self._server: ServerThread | None = None
        self._listening: socket.socket | None = None

    def start(self) -> Self:
        """Start serving; a second call changes nothing."""
        if self._server is None:
            self._listening = listen(self._host, self._port)
            self._port = self._listening.getsockname()[1]
            self._server = ServerThread(self._desk, self._listening, compress=self._compress)
            self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving and close every connection; a second call changes nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def mobile_url(self) -> str:
        """Return the base URL that stands for https://i.instagram.com; known once started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def web_url(self) -> str:
        """Return the base URL that stands for https://www.instagram.com."""
        return self.mobile_url

    @property
    def user_id(self) -> str:
        """Return the id to try first: everybody follows it."""
        return str(START_ID)

    @property
    def session(self) -> dict[str, object]:
        """Return the session the simulator accepts, the newest one, as aiograpi's settings JSON."""
        return self._sessions.settings

    @property
    def sessions(self) -> Sessions:
        """Return who decides which sessions are good: `revoke_all()` logs everybody out, `renew()` in again."""
        return self._sessions

    @property
    def graph(self) -> Graph:
        """Return the social graph, for tests to compare a crawl with."""
        return self._world.graph

    @property
    def doc_ids(self) -> DocIds:
        """Return the registered doc_ids, to rotate them while the server runs."""
        return self._desk.doc_ids

    @property
    def rotations(self) -> Rotations:
        """Return who rotates doc_ids: `rotations.now("followers")`, or `rotations.add(…)` for later."""
        return self._desk.rotations

    @property
    def web_queries(self) -> dict[str, str]:
        """Return the ids that the website's scripts hold right now, by friendly name."""
        return self._desk.website.bundles.ids()

    @property
    def requests(self) -> list[LoggedRequest]:
        """Return what was asked so far, in order of arrival; the same list goes on growing."""
        return self._desk.requests

    def write_session(self, path: str | Path) -> None:
        """Write the session to a file that only its owner may read."""
        write_session(self.session, Path(path))
