"""Two processes with one session that the server rotates while they crawl."""

from __future__ import annotations

from pathlib import Path

from igcrawl.errors import BadInput
from igcrawl.sessions.session_file import load_session
from igcrawl.simulator import Simulator
from tests.siege.tally import Tally
from tests.support.place import ACCOUNT, Place


def rotate(simulator: Simulator, folder: Path, seed: int, tally: Tally) -> None:
    """Let two crawls use one session file while each tenth answer ends the login for a newer one."""
    place = Place(simulator, folder)
    simulator.faults.add(kind="refresh", every=5 + seed % 10, revoke=True)
    running = [
        place.start("followers", f"user_id={user}", "max_pages=15", output=("-O", f"{user}.jsonl"))
        for user in ("25025320", "100000040")
    ]
    done = [each.done() for each in running]
    simulator.faults.clear()
    try:
        lost = load_session(folder / "session.json").ds_user_id != ACCOUNT
    except BadInput:
        lost = True
    tally.note(f"rotation, seed {seed}", "unloadable_sessions", lost)
    if not lost:
        # Whoever comes next goes on with what the file holds.
        after = place.crawl("profiles", "user_ids=100000013", output=("-O", "after.jsonl"))
        tally.note(
            f"rotation, seed {seed}: the file's session is not the newest", "unloadable_sessions", not after.asked
        )
    parked = sum(each.code == 3 for each in done)
    tally.note(f"rotation, seed {seed}: parked although the file held a newer session", "unloadable_sessions", parked)
