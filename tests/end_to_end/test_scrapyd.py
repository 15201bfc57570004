"""The recipe for Scrapyd in docs/nightly.md works as it stands there: each of its commands is run, on a real Scrapyd.

The addresses are others: the folder `/srv` is the test's own, and so is the port.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from igcrawl.simulator import Simulator
from tests.conftest import ROOT, read_jsonl
from tests.end_to_end.conftest import SHIPPED
from tests.support.chromium import in_ci
from tests.support.crawls import until
from tests.support.recipes import commands

COMMANDS = commands("docs/nightly.md", "**Scrapyd**")
PIP = next(command for command in COMMANDS if "pip install" in command)
#: Scrapyd looks for jobs more often, so that nobody waits for it.
CONFIG = "[scrapyd]\nhttp_port = {port}\npoll_interval = 0.1\n"


@pytest.fixture(scope="module")
def scrapyd_venv(request: pytest.FixtureRequest) -> Path:
    """A virtual environment in which the recipe's pip command was run; it is made once and kept in pytest's cache.

    What igcrawl needs comes from the environment of the tests: to download it again would take a minute.
    """
    assert request.config.cache is not None
    folder = request.config.cache.mkdir("scrapyd")
    venv, stamp = folder / "venv", folder / "made-of"
    made_of = hashlib.sha256(f"{PIP} {sys.version} {sys.prefix}".encode()).hexdigest()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != made_of:
            shutil.rmtree(venv, ignore_errors=True)
            # Pip comes from there, too: to put another one in takes as long as all else.
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
            pip_program = venv / "bin" / "pip"
            pip_program.write_text(f"#!/bin/sh\nexec '{venv}/bin/python' -m pip \"$@\"\n")
            pip_program.chmod(0o755)
            (own,) = venv.glob("lib/python*/site-packages")
            (own / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
            command = PIP.replace(".venv", str(venv))
            pip = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COMPILE": "1"}
            done = subprocess.run(["bash", "-c", command], env=pip, capture_output=True, text=True, check=False)
            if done.returncode and not in_ci():
                pytest.skip(f"Scrapyd cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
            assert done.returncode == 0, done.stderr
            stamp.write_text(made_of)
    return venv


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Machine:
    """A shell on a machine that has the checkout, a session and a simulator, and hardly any environment.

    Args:
        folder: what `/srv` is there.
        simulator: what its crawls ask.
    """

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self._srv, self._port = folder / "srv", free_port()
        checkout = self.path("/srv/igcrawl")
        checkout.mkdir(parents=True)
        for name in (*SHIPPED, "scrapy.cfg"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, checkout / name)
        self._change(checkout / "scrapy.cfg")
        (checkout / "sessions").mkdir(mode=0o700)
        simulator.write_session(checkout / "sessions" / "me.json")
        self.path("/srv/scrapyd").mkdir()
        self.path("/srv/scrapyd/scrapyd.conf").write_text(CONFIG.format(port=self._port))
        environment = {
            "IG_MOBILE_URL": simulator.mobile_url,
            "IG_WEB_URL": simulator.web_url,
            "LANG": "C",
            "PATH": os.defpath,
            "XDG_STATE_HOME": str(folder / "state"),
        }
        self._shell = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def url(self) -> str:
        """Where Scrapyd is."""
        return f"http://localhost:{self._port}"

    def path(self, path: str) -> Path:
        """Return a path there."""
        return Path(path.replace("/srv", str(self._srv), 1))

    def type(self, command: str) -> str:
        """Type a command, and return what it says; one in the background says nothing yet."""
        here = command.replace("/srv", str(self._srv)).replace(":6800", f":{self._port}")
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        log = shlex.quote(str(self._srv / "background.txt"))
        here = f"{{ {here.removesuffix('&')} ; }} > {log} 2>&1 &" if here.endswith("&") else here
        self._shell.stdin.write(f"{here}\necho '' done $?\n")
        self._shell.stdin.flush()
        said = ""
        while not (line := self._shell.stdout.readline()).startswith(" done "):
            assert line, said
            said += line
        assert line == " done 0\n", said
        return said

    def close(self) -> None:
        """End all that was begun there."""
        os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.communicate()

    def _change(self, file: Path) -> None:
        file.write_text(file.read_text().replace(":6800", f":{self._port}"))


@pytest.fixture
def machine(simulator: Simulator, scrapyd_venv: Path, tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "Läufe", simulator)
    made.path("/srv/igcrawl/.venv").symlink_to(scrapyd_venv)
    try:
        yield made
    finally:
        made.close()


def answers(url: str) -> bool:
    try:
        with urlopen(url) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def finished(url: str) -> bool:
    with urlopen(f"{url}/listjobs.json?project=igcrawl") as answer:
        return bool(json.load(answer)["finished"])


@pytest.mark.skipif(shutil.which("curl") is None, reason="the recipe needs curl")
def test_the_recipe_for_scrapyd_deploys_the_egg_and_its_records_land_where_the_page_says(machine: Machine) -> None:
    for command in COMMANDS:
        if command == PIP:
            continue  # It was run when the environment was made.
        said = machine.type(command)
        if command.endswith("&"):
            until(lambda: answers(f"{machine.url}/daemonstatus.json"))
    assert json.JSONDecoder().raw_decode(said, said.index("{"))[0]["status"] == "ok"
    until(lambda: finished(machine.url), 60)
    (log,) = machine.path("/srv/scrapyd/logs/igcrawl/followers").glob("*.log")
    *records, walk = read_jsonl(machine.path("/srv/igcrawl/followers.jsonl"))
    assert walk["verdict"] == "complete", log.read_text()
    assert sum(record["type"] == "follow" for record in records) == 1000
    assert "Traceback" not in log.read_text()
    assert machine.path("/srv/igcrawl/.igcrawl/store.db").exists()
