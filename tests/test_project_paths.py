"""Relative paths: those of settings count from the project's folder, those of the command line from the current one."""

from __future__ import annotations

from pathlib import Path

import pytest

from igcrawl.paths import in_project, store_in_project
from igcrawl.simulator import Simulator
from tests.conftest import AT_ONCE
from tests.support import crawls

CRAWL = ("crawl", "followers", "-a", "user_id=100000013")


@pytest.fixture
def project(tmp_path: Path, simulator: Simulator) -> Path:
    """A project with a session, a subfolder, and a folder beside it."""
    folder = tmp_path / "project"
    (folder / "deep" / "deeper").mkdir(parents=True)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = igcrawl.settings\n")
    (folder / "sessions").mkdir(mode=0o700)
    simulator.write_session(folder / "sessions" / "mine.json")
    return folder


def run(simulator: Simulator, folder: Path, *command: str, code: int = 0, **environment: str) -> str:
    at_simulator = {"IG_MOBILE_URL": simulator.mobile_url, "IG_WEB_URL": simulator.web_url, "IG_SESSION": "mine"}
    log = folder / "log.txt"
    log.unlink(missing_ok=True)
    done = crawls.start(*command, folder=folder, log=log, **{**at_simulator, **AT_ONCE, **environment})
    assert done.wait() == code, done.log
    return done.log


def test_a_subfolder_has_the_project_s_session_and_store(simulator: Simulator, project: Path) -> None:
    deep = project / "deep" / "deeper"
    run(simulator, deep, *CRAWL, "-O", "out.jsonl")
    assert (project / ".igcrawl" / "store.db").exists()
    assert not (deep / ".igcrawl").exists()
    # The command line's own path.
    assert (deep / "out.jsonl").exists()
    assert "followers/100000013" in run(simulator, project, "walks")


def test_paths_of_the_environment_count_from_the_project(simulator: Simulator, project: Path) -> None:
    given = {
        "IG_STORE": "sqlite:///own/store.db",
        "IG_JSONL": "own/out.jsonl",
        "IG_RAW": "own/raw.jsonl.zst",
        "IG_STATE": "own/states",
        "IG_SESSION": "sessions/mine.json",
    }
    run(simulator, project / "deep", *CRAWL, **given)
    for name in ("store.db", "out.jsonl", "raw.jsonl.zst", "states/sessions.db"):
        assert (project / "own" / name).exists(), name
    assert not (project / "deep" / "own").exists()


def test_paths_of_the_command_line_count_from_the_current_folder(simulator: Simulator, project: Path) -> None:
    deep = project / "deep"
    settings = {
        "IG_STORE": "sqlite:///own/store.db",
        "IG_JSONL": "own/out.jsonl",
        "IG_RAW": "own/raw.jsonl.zst",
        "IG_STATE": "own/states",
        "IG_SESSION": "../sessions/mine.json",
    }
    options = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
    run(simulator, deep, *CRAWL, *options)
    for name in ("store.db", "out.jsonl", "raw.jsonl.zst", "states/sessions.db"):
        assert (deep / "own" / name).exists(), name
    assert not (project / "own").exists()


def test_the_project_s_own_doc_ids_are_read_from_a_subfolder(simulator: Simulator, project: Path) -> None:
    (project / "doc_ids.toml").write_text("this is no TOML")
    log = run(simulator, project / "deep", *CRAWL, code=2)
    assert f"{project}/doc_ids.toml" in log


def test_a_session_is_imported_into_the_project_s_folder(simulator: Simulator, project: Path) -> None:
    source = project / "deep" / "theirs.json"
    source.write_bytes((project / "sessions" / "mine.json").read_bytes())
    source.chmod(0o600)
    run(simulator, project / "deep", "session", "import", "theirs.json", "--name", "imported")
    assert (project / "sessions" / "imported.json").exists()
    assert "imported" in run(simulator, project / "deep" / "deeper", "session", "list")


def test_where_the_current_folder_is_the_project_s_paths_stay_as_they_are(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert in_project("sessions") == Path("sessions")
    monkeypatch.chdir(project / "deep")
    assert in_project("sessions") == project / "sessions"
    assert in_project("/absolute") == Path("/absolute")
    assert store_in_project("sqlite:///x.db") == f"sqlite:///{project}/x.db"
    assert store_in_project("postgresql://host/x") == "postgresql://host/x"
