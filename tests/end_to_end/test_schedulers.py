"""The cron line and the systemd units of docs/nightly.md are valid and do what the page says, with no environment.

Addresses and the account are others: the folder `/srv` is the test's own, with an umlaut in its name.
"""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from igcrawl.simulator import Simulator
from tests.conftest import read_jsonl
from tests.support.recipes import block, linked_project

(CRON,) = block("docs/nightly.md", "**cron**").splitlines()
UNITS = block("docs/nightly.md", "**systemd**")
#: A few accounts follow it, in place of the page's with its thousands.
FEW = "100000013"


class Server:
    """A machine with the project in `/srv/igcrawl`, on which nobody is logged in.

    Args:
        folder: empty.
        simulator: what its crawls ask.
    """

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self._srv, self._simulator = folder / "srv-für-Läufe", simulator
        self.project = linked_project(self._srv / "igcrawl")
        (self.project / ".venv").symlink_to(sys.prefix)
        self._elsewhere = folder / "elsewhere"
        self._elsewhere.mkdir()

    def log_in(self, simulator: Simulator) -> None:
        """Put the session there that the page names."""
        (self.project / "sessions").mkdir(mode=0o700)
        simulator.write_session(self.project / "sessions" / "me.json")

    def here(self, text: str) -> str:
        """Return a text of the page with this machine's addresses."""
        return text.replace("/srv", str(self._srv)).replace("/run/lock", str(self._elsewhere))

    def run(self, *command: str, folder: Path | None = None, **environment: str) -> None:
        """Run a command to its end, which is a good one."""
        leads_to_simulator = {"IG_MOBILE_URL": self._simulator.mobile_url, "IG_WEB_URL": self._simulator.web_url}
        state = {"XDG_STATE_HOME": str(self._elsewhere), "LANG": "C", "PATH": os.defpath}
        done = subprocess.run(
            command, cwd=folder or self._elsewhere, env=leads_to_simulator | state | environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert list(self._elsewhere.glob("*.jsonl")) == []


@pytest.fixture
def server(tmp_path: Path, simulator: Simulator) -> Server:
    return Server(tmp_path, simulator)


@pytest.mark.skipif(shutil.which("flock") is None, reason="the cron line needs flock")
def test_the_cron_line_of_the_page_crawls_and_the_next_day_it_finds_who_is_new(
    server: Server, simulator: Simulator
) -> None:
    *moments, command = CRON.split(maxsplit=5)
    assert moments == ["0", "4", "*", "*", "*"]
    # In cron it would end the command.
    assert "%" not in command
    server.log_in(simulator)
    server.run("/bin/sh", "-c", server.here(command))
    output = server.project / "new.jsonl"
    *records, walk = read_jsonl(output)
    assert (walk["verdict"], walk["target"]) == ("complete", "25025320")
    assert sum(record["type"] == "follow" for record in records) == 1000
    simulator.graph.gain_followers(25025320, 3)
    server.run("/bin/sh", "-c", server.here(command))
    updated = read_jsonl(output)
    assert [record["verdict"] for record in updated if record["type"] == "walk"] == ["complete", "updated"]
    assert sum(record.get("new") is True for record in updated if record["type"] == "follow") == 3
    assert sorted(path.name for path in server.project.iterdir() if not path.is_symlink()) == [
        ".igcrawl", "new.jsonl", "nightly.log", "scrapy.cfg", "sessions",
    ]  # fmt: skip
    assert "updated: 3 records" in (server.project / "nightly.log").read_text()


def units() -> dict[str, str]:
    """The units of the page, by the name of their file."""
    parts = re.split(r"^# /etc/systemd/system/(\S+)\n", UNITS, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_the_units_of_the_page_are_what_systemd_takes(server: Server, tmp_path: Path) -> None:
    folder = tmp_path / "system"
    folder.mkdir()
    for name, text in units().items():
        (folder / name).write_text(server.here(text))
    assert set(units()) == {"igcrawl.service", "igcrawl.timer"}
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(folder.iterdir()))], capture_output=True, text=True, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "igcrawl" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr


def test_the_unit_of_the_page_runs_each_night(server: Server, simulator: Simulator) -> None:
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(units()["igcrawl.service"].replace("25025320", FEW))
    service = {name: server.here(value) for name, value in unit["Service"].items()}
    environment = dict(each.split("=", 1) for each in shlex.split(service["Environment"]))
    assert set(environment) == {"IG_SESSION"}
    server.log_in(simulator)
    for _ in range(2):
        server.run(*shlex.split(service["ExecStart"]), folder=Path(service["WorkingDirectory"]), **environment)
        simulator.graph.gain_followers(int(FEW), 2)
    walks = [record for record in read_jsonl(server.project / "new.jsonl") if record["type"] == "walk"]
    assert [walk["new"] for walk in walks[1:]] == [2]
