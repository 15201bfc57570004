"""The simulator as a process: prints where it is, serves until it is told to stop.

A script of faults, limits and rotations is described in `igcrawl.simulator.script`.
"""

import shlex
import shutil
import signal
import sys
import tempfile
import threading
from pathlib import Path
from types import FrameType
from typing import TextIO

from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.script import read_script
from igcrawl.simulator.simulator import Simulator

__all__ = ["SimulatorError", "serve"]


def serve(
    port: int = 0,
    users: int = 1000,
    seed: int = 7,
    script: str | Path | None = None,
    out: TextIO = sys.stdout,
) -> int:
    """Serve until SIGINT or SIGTERM and return 0; to be called from the main thread.

    Prints lines for a shell: IG_MOBILE_URL, IG_WEB_URL, IG_SESSION (a session file in a temporary folder) and a
    user_id to try, then serves. What was written is removed at the end.
    Raises SimulatorError before anything is printed when port, users, seed or script cannot be used.
    """
    scripted = read_script(Path(script)) if script else {}
    simulator = Simulator(users=users, seed=seed, port=port, **scripted)
    simulator.start()
    folder = Path(tempfile.mkdtemp(prefix="igcrawl-simulator-"))
    session_file = folder / "session.json"
    try:
        simulator.write_session(session_file)
        return _until_stopped(simulator, session_file, out)
    finally:
        simulator.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _until_stopped(simulator: Simulator, session_file: Path, out: TextIO) -> int:
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        lines = (
            f"export IG_MOBILE_URL={simulator.mobile_url}",
            f"export IG_WEB_URL={simulator.web_url}",
            f"export IG_SESSION={shlex.quote(str(session_file))}",
            f"user_id={simulator.user_id}",
        )
        print("\n".join(lines), file=out, flush=True)
        stopped.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0
