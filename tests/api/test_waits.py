"""A client that waits for its budget: it says so once, where somebody may read it."""

from __future__ import annotations

import asyncio
import re
import time
from pathlib import Path

import pytest

import igcrawl
from igcrawl.api.waits import Waits
from igcrawl.calling.run_context import RunContext
from tests.support.client_program import ClientProgram
from tests.support.session_file import write_session

WAITS = r"igcrawl: waiting until [-0-9: ]+ UTC: requests are spread evenly over the hour; progress=True shows more"


class Waiting:
    """A gate that waits."""

    def __init__(self, seconds: float, why: str) -> None:
        self.waits_until, self.waits_for = time.time() + seconds, why


def waits_of(folder: Path, monkeypatch: pytest.MonkeyPatch, progress: bool | None) -> Waits:
    monkeypatch.chdir(folder)
    ig = igcrawl.Client(write_session(folder / "session.json"), progress=progress)
    return ig._readings.crawls


def test_a_client_without_a_display_says_once_that_it_waits(client: ClientProgram) -> None:
    async def main(ig):
        crawls, looks = ig._readings.crawls, []
        crawls.every, look = 0.02, crawls.look

        def look_and_tell(context):
            look(context)
            looks.append(context.gate is not None and context.gate.waits_until > context.stopping.now())

        crawls.look = look_and_tell
        for enough in (3, 6):
            reading = asyncio.create_task(ig.followers(user_id=25025320).all())
            while not reading.done() and sum(looks) < enough:
                await asyncio.sleep(0.02)
            reading.cancel()
            await asyncio.wait({reading})

    client(main, "budget=2, settings={'IG_WAIT_MAX': 7200}")
    assert client.err.count("igcrawl: waiting until") == 1
    assert re.search(WAITS, client.err)


def test_a_wait_is_said_again_when_its_reason_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waits, context = waits_of(tmp_path, monkeypatch, None), RunContext()
    for seconds, why in ((1, "a"), (60, "a"), (90, "a"), (60, "b"), (60, "b")):
        context.gate = Waiting(seconds, why)  # type: ignore[assignment]
        waits.look(context)
    told = capsys.readouterr().err.splitlines()
    reasons = [line.partition("UTC: ")[2] for line in told]
    assert reasons == ["a; progress=True shows more", "b; progress=True shows more"]


@pytest.mark.parametrize(("progress", "told"), [(None, True), (True, True), (False, False)])
def test_who_wants_no_progress_is_told_no_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, progress: bool | None, told: bool
) -> None:
    assert waits_of(tmp_path, monkeypatch, progress)._settings.tells_waits is told
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert waits_of(tmp_path, monkeypatch, progress)._settings.tells_waits is (progress is None)
