"""Which browser is used, and what it may do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from igcrawl.capture import chromium
from igcrawl.capture.chromium import Chromium, find_chromium
from igcrawl.errors import BadInput


@pytest.mark.parametrize("cdp", ["http://192.168.0.7:9222", "ws://browser.example/devtools", "file:///tmp/x", "9222"])
def test_a_session_is_given_to_no_browser_elsewhere(cdp: str) -> None:
    with pytest.raises(BadInput, match="on this machine"):
        find_chromium(cdp=cdp)


def test_a_browser_that_runs_is_not_started() -> None:
    assert find_chromium(cdp="http://127.0.0.1:9222") == Chromium(cdp_url="http://127.0.0.1:9222")
    with pytest.raises(BadInput, match="not both"):
        find_chromium("/usr/bin/chromium", "http://127.0.0.1:9222")


def test_a_path_that_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "text").touch()
    with pytest.raises(BadInput, match="cannot be started"):
        find_chromium(str(tmp_path / "text"))


def test_without_any_one_line_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "_DEBIAN", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(BadInput, match="apt-get install chromium"):
        find_chromium(environment={})


def test_one_that_playwright_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "_DEBIAN", tmp_path / "none")
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "chromium-1200" / "chrome-linux64" / "chrome"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    found = find_chromium(environment={"PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)})
    assert found == Chromium(str(program))


@pytest.mark.parametrize(("uid", "sandboxed"), [(0, False), (1000, True)])
def test_the_sandbox_is_left_for_root_only(uid: int, sandboxed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    for url, inside in (("http://127.0.0.1:8000", True), ("https://www.instagram.com", False)):
        arguments = Chromium("/usr/bin/chromium").launch_options(url)["args"]
        assert ("--no-sandbox" not in arguments) is sandboxed
        assert any(each.startswith("--host-resolver-rules=MAP *") for each in arguments) is inside
