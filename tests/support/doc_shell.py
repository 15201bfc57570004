"""A shell that runs what pages say, in which `scrapy` begins as fast as in all tests.

`scrapy` is a small program that hands its folder, environment and streams to this process, which lets the crawls'
parent fork one (see `tests.support.crawls`). So pipes, redirections, variables and background jobs are the shell's own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.support import crawls

_SECONDS = 60
_CLIENT = """#!{python} -IS
import json, os, signal, socket, sys
if {program} and sys.argv[1:] and sys.argv[1].startswith("-") and sys.argv[1] != "-":
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
link = socket.socket(socket.AF_UNIX)
link.connect({address!r})
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda number, _: link.send(b"%d\\n" % number))
order = {{"pid": os.getpid(), "program": {program}, "words": sys.argv[1:], "folder": os.getcwd()}}
order["environment"] = dict(os.environ)
link.sendall(json.dumps(order).encode() + b"\\n")
code = link.recv(16)
sys.exit(int(code) if code else 1)
"""


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit code, and what it wrote to output and errors."""

    code: int
    printed: str


class DocShell:
    """A bash with a folder of its own.

    Args:
        folder: where it runs.
        private: a folder for what the page does not see.
        environment: all of it.
    """

    def __init__(self, folder: Path, private: Path, environment: Mapping[str, str]) -> None:
        self._private = private
        self._listener = socket.socket(socket.AF_UNIX)
        address = str(private / "socket")
        self._listener.bind(address)
        self._listener.listen()
        programs = private / "bin"
        programs.mkdir()
        for name, program in {"scrapy": False, "python": True}.items():
            path = programs / name
            path.write_text(_CLIENT.format(python=sys.executable, address=address, program=program))
            path.chmod(0o700)
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()
        path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.defpath])
        self._bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile"], cwd=folder, env={**environment, "PATH": path}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        self._number = 0

    def run(self, command: str) -> Ran:
        """Run a command in the same shell as those before it."""
        self._number += 1
        printed = self._private / f"printed-{self._number}"
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{{ {command}\n}} </dev/null >>{printed} 2>&1; echo $?\n")
        self._bash.stdin.flush()
        code = self._bash.stdout.readline()
        assert code, f"the shell has ended: {command}"
        return Ran(int(code), printed.read_text())

    def close(self) -> None:
        """End the shell, and all that it has begun."""
        self._listener.close()
        os.killpg(self._bash.pid, signal.SIGKILL)
        self._bash.communicate()
        for thread in self._threads:
            thread.join(_SECONDS)

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._follow, args=(link,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _follow(self, link: socket.socket) -> None:
        """Run what a client was called for; when it is killed, so is what it runs."""
        with link, link.makefile("r") as heard:
            first = heard.readline()
            if not first:
                return
            with self._lock:
                process = self._begin(json.loads(first))
            watcher = threading.Thread(target=self._pass_on, args=(heard, process), daemon=True)
            watcher.start()
            # Elsewhere than in `wait`, since a parent does one thing at a time.
            assert process.ended_within(_SECONDS)
            with self._lock:
                code = process.wait()
            try:
                link.sendall(str(code if code >= 0 else 128 - code).encode())
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            watcher.join()

    @staticmethod
    def _pass_on(heard: Any, process: crawls.CrawlProcess) -> None:
        for line in heard:
            process.signal(int(line))
        process.signal(signal.SIGKILL)

    @staticmethod
    def _begin(order: Mapping[str, Any]) -> crawls.CrawlProcess:
        streams = Path(f"/proc/{order['pid']}/fd")
        words = order["words"]
        what: dict[str, Any] = {"arguments": words}
        if order["program"]:
            # `python FILE`, or a program on standard input.
            text = (Path(order["folder"]) / words[0] if words else streams / "0").read_text()
            what = {"program": text}
        what |= {"stdin": str(streams / "0"), "errors": str(streams / "2")}
        environment = {**order["environment"], "PYTHONPATH": str(ROOT), "SCRAPY_SETTINGS_MODULE": "igcrawl.settings"}
        return crawls.begin(what, Path(order["folder"]), streams / "1", environment)
