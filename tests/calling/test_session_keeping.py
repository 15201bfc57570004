"""The keeping of a run's session says what a person must know of its file, once."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from igcrawl.calling.session_keeping import SessionKeeping
from igcrawl.sessions.redaction import Redaction
from igcrawl.sessions.session_file import load_session
from igcrawl.sessions.shared_file import SharedFile
from igcrawl.stopping import Stopping
from tests.support.session_file import write_session


def test_a_session_file_that_cannot_be_saved_is_an_error_once_a_run_and_saved_when_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = write_session(tmp_path / "session.json")
    keeping = SessionKeeping(SharedFile(load_session(path), path), Redaction(), Stopping())

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("igcrawl.sessions.session_file.replace_file", fail)
        for number in range(3):
            keeping.take([(b"Set-Cookie", f"csrftoken=csrfNumber{number}; Path=/".encode())])
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors == [f"session file {path} cannot be saved: No space left on device"]
    keeping.take([(b"Set-Cookie", b"csrftoken=csrfAtLast; Path=/")])
    assert load_session(path).csrftoken == "csrfAtLast"
