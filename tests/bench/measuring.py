"""Measures whole processes from outside: user + system CPU by wait4, on one core, while servers have another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_RUNNER = Path(__file__).with_name("outside.py")


class Usage(NamedTuple):
    """CPU seconds and peak memory of a process, from its start to its end."""

    cpu: float
    peak_mb: float


class Cores:
    """The core of what is measured and the core of all else; -1 where there is only one."""

    def __init__(self) -> None:
        cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
        self.client, self.server = (cores[0], cores[-1]) if len(cores) > 1 else (-1, -1)

    def leave_the_clients(self) -> None:
        """Move this process, and whatever it starts from now on, to the core of servers."""
        if self.server >= 0:
            os.sched_setaffinity(0, {self.server})


def measure(command: Sequence[str], environment: Mapping[str, str], core: int = -1, cwd: Path | None = None) -> Usage:
    """Run a command to its end and return what it took; the bench ends with its last words where it fails."""
    with tempfile.NamedTemporaryFile(suffix=".json") as figures:
        runner = [sys.executable, "-I", "-S", str(_RUNNER), str(core), figures.name, *command]
        done = subprocess.run(runner, env=dict(environment), cwd=cwd, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(command)}:\n{done.stderr.decode()[-4000:]}")
        return Usage(**json.loads(figures.read()))
