"""A machine of a test's own: name, folders, network, clock; without namespaces its name and folders only."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from tests.conftest import ROOT, scrapy_environment

#: In each machine the same folder, though it is another one.
HOME: Final = Path("/mnt")
_numbers = itertools.count(1)
#: Read at every start of Python: the machine's clock, and its name where it has no name of its own.
_CUSTOMIZE: Final = """
import os, socket, time
shift, real = float(os.environ["MACHINE_SHIFT"]), time.time
time.time = lambda: real() + shift
if os.environ.get("MACHINE_NAME"):
    socket.gethostname = lambda: os.environ["MACHINE_NAME"]
"""
_RELAY: Final = """
import asyncio, sys
async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    writer.close()
async def serve(reader, writer):
    host, _, port = sys.argv[3].rpartition(":")
    try:
        there = await (asyncio.open_connection(host, port) if host else asyncio.open_unix_connection(port))
    except OSError:
        writer.close()
        return
    await asyncio.gather(pump(reader, there[1]), pump(there[0], writer))
async def main():
    async with await asyncio.start_server(serve, sys.argv[1], int(sys.argv[2])) as server:
        print("ready", flush=True)
        await server.serve_forever()
asyncio.run(main())
"""


class Machine:
    """A machine.

    Args:
        name: its host name.
        folder: what `HOME` is there.
        shift: seconds by which its clock is ahead.
        holder: the process that its namespaces belong to; None without namespaces.
        gateway: its address of this machine, where it finds what is served here.
    """

    def __init__(self, name: str, folder: Path, shift: float, holder: int | None, gateway: str) -> None:
        self.name, self.folder, self.gateway = name, folder, gateway
        self._shift, self._holder = shift, holder
        (folder / "site").mkdir(parents=True)
        (folder / "site" / "sitecustomize.py").write_text(_CUSTOMIZE)

    @property
    def home(self) -> Path:
        """Its folder, as it sees it."""
        return HOME if self._holder is not None else self.folder

    def command(self, *words: str) -> list[str]:
        """Return a command that runs there."""
        inside = [] if self._holder is None else ["nsenter", "-t", str(self._holder), "-m", "-n", "-u", "--"]
        return [*inside, *words]

    def scrapy(self, *arguments: str, log: str, **environment: str) -> subprocess.Popen[bytes]:
        """Begin ``scrapy …`` there, in its own folder."""
        clean = scrapy_environment(**environment)
        clean["PYTHONPATH"] = f"{self.home}/site{os.pathsep}{ROOT}"
        clean |= {"HOME": str(self.home), "MACHINE_SHIFT": str(self._shift)}
        clean["MACHINE_NAME"] = self.name if self._holder is None else ""
        words = ["env", "-C", str(self.home), sys.executable, "-m", "scrapy", *arguments]
        with (self.folder / log).open("ab") as file:
            return subprocess.Popen(self.command(*words), env=clean, stdout=file, stderr=file)


@contextmanager
def machines(folder: Path, simulator_port: int, postgres_socket: str) -> Iterator[tuple[list[Machine], bool]]:
    """Give two machines, each of which reaches a simulator at its own loopback and Postgres by TCP.

    Args:
        folder: theirs.
        simulator_port: where it listens, on this machine's loopback.
        postgres_socket: where Postgres listens.

    Yields:
        The machines, and whether they are namespaces.
    """
    with ExitStack() as stack:
        found = [_with_namespaces(stack, folder / f"m{n}", n, simulator_port, postgres_socket) for n in (1, 2)]
        own = [machine for machine in found if machine is not None]
        if len(own) == 2:
            yield own, True
            return
        print("no namespaces here: the machines are processes with folders and host names of their own")
        yield [Machine(f"box{n}", folder / f"p{n}", n - 1.0, None, "127.0.0.1") for n in (1, 2)], False


def _with_namespaces(
    stack: ExitStack, folder: Path, number: int, simulator_port: int, postgres_socket: str
) -> Machine | None:
    """Make a machine with namespaces of its own; None where that is not allowed."""
    unshare = ["unshare", "--mount", "--net", "--uts", "--propagation", "private", "cat"]
    try:
        holder = subprocess.Popen(unshare, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return None
    stack.callback(_end, holder)
    base = f"10.203.{os.getpid() % 250}.{4 * next(_numbers)}"
    first, last = base.rpartition(".")[0], int(base.rpartition(".")[2])
    here, there, link = f"{first}.{last + 1}", f"{first}.{last + 2}", f"ig{os.getpid() % 10**6}x{number}"
    machine = Machine(f"box{number}", folder, number - 1.0, holder.pid, here)
    steps = [
        ["ip", "link", "add", link, "type", "veth", "peer", "name", "up0", "netns", str(holder.pid)],
        ["ip", "addr", "add", f"{here}/30", "dev", link],
        ["ip", "link", "set", link, "up"],
        machine.command("ip", "addr", "add", f"{there}/30", "dev", "up0"),
        machine.command("ip", "link", "set", "up0", "up"),
        machine.command("ip", "link", "set", "lo", "up"),
        machine.command("hostname", machine.name),
        machine.command("mount", "--bind", str(folder), str(HOME)),
    ]
    if not _has_left(holder.pid):
        return None
    for step in steps:
        try:
            subprocess.run(step, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return None
    for words, address, port, target in (
        ([], here, simulator_port, f"127.0.0.1:{simulator_port}"),
        ([], here, 5432, f":{postgres_socket}"),
        (machine.command(), "127.0.0.1", simulator_port, f"{here}:{simulator_port}"),
    ):
        stack.enter_context(_relay(words, address, port, target))
    return machine


def _has_left(process: int) -> bool:
    """Wait until a process has namespaces of its own, and return whether it has."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{process}/ns/net").readlink() != Path("/proc/self/ns/net").readlink():
                return True
        except OSError:
            return False
        time.sleep(0.01)
    return False


@contextmanager
def _relay(words: list[str], address: str, port: int, target: str) -> Iterator[None]:
    """Lead connections to an address further."""
    command = [*words, sys.executable, "-c", _RELAY, address, str(port), target]
    relay = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert relay.stdout is not None
        assert relay.stdout.readline() == b"ready\n"
        yield
    finally:
        _end(relay)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
