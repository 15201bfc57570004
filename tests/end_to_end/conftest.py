"""igcrawl as it is installed: a wheel in a folder of its own, and a Scrapy project beside it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from igcrawl.simulator import Simulator
from tests.conftest import AT_ONCE, ROOT, Run
from tests.support import crawls
from tests.support.session_states import state_home

SHIPPED = ("igcrawl", "spiders", "pipelines", "pyproject.toml", "setup.py", "requirements.txt", "README.md", "LICENSE")
_SETTINGS = '\nADDONS = {"igcrawl.addon.IgcrawlAddon": 500}\nROBOTSTXT_OBEY = True\nDOWNLOAD_DELAY = 0\n'


def python(*arguments: str, folder: Path, environment: dict[str, str], timeout: float = 60) -> Run:
    """Run Python outside the checkout."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def clean_environment(*path: Path, **extra: str) -> dict[str, str]:
    """An environment that knows nothing of the checkout."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IG_", "SCRAPY_"))}
    return kept | {"PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONWARNINGS": "default"} | extra


@dataclass
class Built:
    """What is shipped.

    Args:
        wheel: the wheel.
        egg: the egg, as Scrapyd takes it.
        installed: a folder into which the wheel was installed.
    """

    wheel: Path
    egg: Path
    installed: Path


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Wheel and egg of a copy of the checkout, built once by whichever process of the tests comes first."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / "built"
    with (shared / "built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = Path(tempfile.mkdtemp(dir=shared))
            _build(unfinished)
            unfinished.rename(folder)
    (wheel,), (egg,) = folder.glob("*.whl"), folder.glob("*.egg")
    return Built(wheel, egg, folder / "installed")


def _build(folder: Path) -> None:
    source = folder / "source"
    source.mkdir()
    for name in SHIPPED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            shutil.copy(ROOT / name, source / name)
    environment = clean_environment()
    pip = ("-m", "pip", "--disable-pip-version-check")
    for command in (
        (*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), "."),
        ("setup.py", "-q", "bdist_egg", "-d", str(folder)),
    ):
        run = python(*command, folder=source, environment=environment | {"PYTHONWARNINGS": "ignore"}, timeout=120)
        assert run.code == 0, run.err
    (wheel,) = folder.glob("*.whl")
    install = ("install", "--no-deps", "--target", str(folder / "installed"), str(wheel))
    run = python(*pip, *install, folder=folder, environment=environment)
    assert run.code == 0, run.err


@dataclass
class Project:
    """A Scrapy project of somebody's own.

    Args:
        folder: where its `scrapy.cfg` is.
        built: igcrawl, installed.
        simulator: what our spiders ask there.
        streams: takes what it prints.
        environment: leads our spiders to it.
    """

    folder: Path
    built: Built
    simulator: Simulator
    streams: Path
    environment: dict[str, str] = field(default_factory=dict)

    def scrapy(self, *arguments: str, **environment: str) -> Run:
        """Run `scrapy …` in it."""
        return self._run({"arguments": arguments}, clean_environment(self.built.installed), environment)

    def script(self, text: str, **environment: str) -> Run:
        """Run a Python program in it."""
        return self._run({"program": text}, clean_environment(self.built.installed, self.folder), environment)

    def _run(self, order: dict[str, Any], clean: dict[str, str], environment: dict[str, str]) -> Run:
        states = {"XDG_STATE_HOME": str(state_home(self.folder))}
        whole, streams = (
            {**clean, **states, **self.environment, **environment},
            Path(tempfile.mkdtemp(dir=self.streams)),
        )
        return Run(*crawls.captured(order, self.folder, streams, whole, self.built.installed))

    def write(self, name: str, text: str) -> None:
        """Add to one of its files, or make it."""
        with (self.folder / name).open("a") as file:
            file.write(text)


@pytest.fixture
def project(built: Built, simulator: Simulator, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """What `scrapy startproject other` makes, with our add-on."""
    made = Project(tmp_path, built, simulator, tmp_path_factory.mktemp("streams"))
    run = made.scrapy("startproject", "other", ".")
    assert run.code == 0, run.err
    session_file = tmp_path / "session.json"
    simulator.write_session(session_file)
    made.environment = {
        "IG_MOBILE_URL": simulator.mobile_url,
        "IG_WEB_URL": simulator.web_url,
        "IG_SESSION": str(session_file),
        **AT_ONCE,
    }
    made.write("other/settings.py", _SETTINGS)
    return made
