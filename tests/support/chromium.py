"""The Chromium of the browser tests: found, or Debian's installed where that may be done.

``python -m tests.support.chromium`` makes sure of one, or says in one line why the browser tests will be skipped.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

from igcrawl.capture.chromium import find_chromium
from igcrawl.errors import BadInput

_SECONDS = 300
_LOCK = Path(tempfile.gettempdir()) / "igcrawl-tests-apt.lock"


class NoChromium(Exception):
    """Raised when there is no browser and none may be installed; its text is one line."""


@cache
def chromium() -> str:
    """Return the path of a Chromium; the first to ask installs it when it is missing and may be.

    Raises:
        NoChromium: there is none.
    """
    try:
        return find_chromium().executable
    except BadInput:
        pass
    as_root = os.geteuid() == 0
    if not (as_root or in_ci()) or shutil.which("apt-get") is None:
        raise NoChromium("no Chromium, and only root may install one; browser tests need it")
    with _LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _install([] if as_root else ["sudo", "-n"])
    try:
        return find_chromium().executable
    except BadInput:
        raise NoChromium("no Chromium, and apt-get could not install one") from None


def in_ci() -> bool:
    """Whether a missing browser is a failure."""
    return os.environ.get("CI", "").lower() in {"true", "1"}


def chromium_or_skip() -> str:
    """Return the path of a Chromium for a test; without one the test is skipped, in CI it fails."""
    try:
        return chromium()
    except NoChromium as none:
        if in_ci():
            pytest.fail(str(none), pytrace=False)
        pytest.skip(str(none))


def _install(prefix: list[str]) -> None:
    for command in (
        ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
        ["apt-get", "update"],
        ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
    ):
        try:
            done = subprocess.run(
                [*prefix, *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return
        if done.returncode == 0 and command[1] == "install":
            return


if __name__ == "__main__":
    try:
        print(chromium())
    except NoChromium as missing:
        print(missing, file=sys.stderr)
        sys.exit(int(in_ci()))
