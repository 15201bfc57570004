"""`scrapy session` as its operator uses it, and what IG_SESSION may be."""

from __future__ import annotations

import base64
import os
import pty
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from igcrawl.budget.session_state import EXPIRED, PARKED, SessionState
from igcrawl.errors import BadInput
from igcrawl.sessions.session import Session
from igcrawl.sessions.source import read_source
from igcrawl.simulator import Simulator
from tests.conftest import Scrapy, scrapy_environment
from tests.support.session_file import SESSIONID, secrets_of, session_settings, write_session
from tests.support.session_states import change_state

ACCOUNT = "51234567890"
OTHER = "61234567890%3AanOtherOne%3A3%3AAYdTestOnly"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A session file of another program."""
    return write_session(tmp_path / "theirs.json")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def kept(folder: Path, name: str) -> dict[str, Any]:
    settings: dict[str, Any] = orjson.loads((folder / "sessions" / f"{name}.json").read_bytes())
    return settings


def in_store(folder: Path, account: str, change: Callable[[SessionState], None]) -> None:
    """Change what is known of a session, as a crawl does."""
    change_state(folder, account, change)


def test_an_imported_session_is_a_file_for_its_owner_only(scrapy: Scrapy, tmp_path: Path, theirs: Path) -> None:
    run = scrapy("session", "import", "theirs.json", "--name", "my.own-1")
    assert (run.code, run.err) == (0, "")
    assert f"session my.own-1: imported, account {ACCOUNT}, in sessions/my.own-1.json" in run.out
    assert (mode(tmp_path / "sessions"), mode(tmp_path / "sessions" / "my.own-1.json")) == (0o700, 0o600)
    assert kept(tmp_path, "my.own-1") == session_settings()
    assert not (tmp_path / ".igcrawl").exists()


def test_nothing_that_is_said_holds_a_part_of_the_session(scrapy: Scrapy, tmp_path: Path, theirs: Path) -> None:
    commands = ("import theirs.json --name a", "list", "resume a", "import theirs.json --name b", "export a --format x")
    said = [scrapy("session", *command.split()) for command in commands]
    (tmp_path / "sessions" / "a.json").write_bytes(orjson.dumps(session_settings())[:-2])
    said += [scrapy("session", *command.split()) for command in ("list", "export a", "check a", "resume a")]
    text = "".join(run.out + run.err for run in said)
    assert "Traceback" not in text
    assert [name for name, secret in secrets_of(session_settings()).items() if secret in text] == []


def test_a_session_comes_from_standard_input_and_is_called_by_its_account(scrapy: Scrapy, tmp_path: Path) -> None:
    run = scrapy("session", "import", "-", stdin=f"sessionid={SESSIONID}".encode())
    assert run.code == 0, run.err
    settings = kept(tmp_path, ACCOUNT)
    session = Session({"cookies": {"sessionid": SESSIONID}})
    assert settings["uuids"]["uuid"] == session.uuid
    assert settings["authorization_data"]["sessionid"] == SESSIONID


def test_a_file_that_tells_the_account_s_name_gives_it_to_the_session(scrapy: Scrapy, tmp_path: Path) -> None:
    import pickle

    (tmp_path / "session-some.one").write_bytes(pickle.dumps({"sessionid": SESSIONID}))
    assert scrapy("session", "import", "session-some.one").code == 0
    assert kept(tmp_path, "some.one")["cookies"]["sessionid"] == SESSIONID


def test_a_file_that_others_can_read_is_imported_with_a_warning(scrapy: Scrapy, theirs: Path) -> None:
    theirs.chmod(0o644)
    run = scrapy("session", "import", "theirs.json")
    assert run.code == 0
    assert "others can read it: delete it" in run.err


def test_a_newer_session_of_an_account_replaces_the_earlier_one_and_keeps_its_device(
    scrapy: Scrapy, tmp_path: Path, theirs: Path
) -> None:
    scrapy("session", "import", "theirs.json", "--name", "mine")
    newer = f"{ACCOUNT}%3AneWeR%3A13%3AAYdTestOnly"
    run = scrapy("session", "import", "-", stdin=newer.encode())
    assert run.code == 0, run.err
    assert f"session mine: replaced, account {ACCOUNT}" in run.out
    settings = kept(tmp_path, "mine")
    assert settings["authorization_data"]["sessionid"] == newer
    assert settings["uuids"] == session_settings()["uuids"]
    assert settings["user_agent"] == session_settings()["user_agent"]
    assert [path.name for path in (tmp_path / "sessions").iterdir()] == ["mine.json"]


def test_a_session_of_another_account_is_replaced_only_by_force(scrapy: Scrapy, tmp_path: Path, theirs: Path) -> None:
    scrapy("session", "import", "theirs.json", "--name", "mine")
    run = scrapy("session", "import", "-", "--name", "mine", stdin=OTHER.encode())
    assert run.code == 2
    assert "session mine is that of account 51234567890, and this one of 61234567890" in run.err
    assert kept(tmp_path, "mine") == session_settings()
    assert scrapy("session", "import", "-", "--name", "mine", "--force", stdin=OTHER.encode()).code == 0
    assert kept(tmp_path, "mine")["uuids"] != session_settings()["uuids"]


def test_a_folder_that_is_open_to_others_is_refused_with_the_command_that_mends_it(
    scrapy: Scrapy, tmp_path: Path, theirs: Path
) -> None:
    (tmp_path / "sessions").mkdir(mode=0o755)
    (tmp_path / "sessions").chmod(0o755)
    run = scrapy("session", "import", "theirs.json")
    assert (run.code, run.err) == (2, "igcrawl: folder sessions is open to others: chmod 700 sessions\n")
    assert list((tmp_path / "sessions").iterdir()) == []


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("", "say what to do: import, login, list, check, export, resume"),
        ("delete x", "say what to do"),
        ("list x", "list takes no more words"),
        ("list --force", "list does not take --force"),
        ("import", "give a file, - for standard input, or --browser"),
        ("import a b", "import takes one file"),
        ("import a --browser firefox", "give a file, - for standard input, or --browser"),
        ("import --browser mosaic", "expected one of firefox, chrome"),
        ("import --nonsense a", "does not take --nonsense"),
        ("import nothing.json", "No such file"),
        ("import .", "Is a directory"),
        ("import theirs.json --name ../x", "letters, digits, dot, dash and underscore"),
        ("import theirs.json --name .x", "letters, digits, dot, dash and underscore"),
        ("import theirs.json --name x.json", "not ending in .json"),
        ("login x", "login takes no more words"),
        ("login --format settings", "login does not take --format"),
        ("login --name ../x", "letters, digits, dot, dash and underscore"),
        ("login --browser nonesuch", "cannot be started"),
        ("list --cdp http://127.0.0.1:9222", "list does not take --cdp"),
        ("check", "no session: set IG_SESSION"),
        ("check nobody", "/sessions/nobody.json is missing): scrapy session list shows them all"),
        ("resume nobody", "no session nobody"),
        ("export", "export takes a session's name"),
        ("export theirs.json --format yaml", "expected settings or netscape"),
        ("export nobody", "no session nobody"),
    ],
)
def test_bad_usage_ends_in_one_line_with_exit_code_2(scrapy: Scrapy, theirs: Path, command: str, problem: str) -> None:
    run = scrapy("session", *command.split())
    assert run.code == 2
    (line,) = run.err.splitlines()
    assert line.startswith("igcrawl: ")
    assert problem in line
    assert run.out == ""
    assert not (theirs.parent / "sessions").exists()
    assert not (theirs.parent / ".igcrawl").exists()


def test_list_tells_how_each_session_stands(scrapy: Scrapy, tmp_path: Path, theirs: Path) -> None:
    now = time.time()
    assert f"no sessions in {tmp_path}/sessions/: " in scrapy("session", "list").out
    names = ("fine", "parked", "expired", "tired", "renewed")
    for number, name in enumerate(names):
        stdin = f"{number + 1}%3AsEcReT%3A1%3AAY".encode()
        assert scrapy("session", "import", "-", "--name", name, stdin=stdin).code == 0
    fingerprint = Session({"cookies": {"sessionid": "3:sEcReT:1:AY"}}).fingerprint
    in_store(tmp_path, "2", lambda state: state.park(PARKED, "challenge", now, "x"))
    in_store(tmp_path, "3", lambda state: state.park(EXPIRED, "login_required", now, fingerprint))
    in_store(tmp_path, "4", lambda state: state.throttled(None, now, 3600.0, 60.0))
    in_store(tmp_path, "5", lambda state: state.park(EXPIRED, "login_required", now, "of an earlier one"))
    (tmp_path / "sessions" / "broken.json").touch(mode=0o600)
    run = scrapy("session", "list")
    rows = {line.split()[0]: line.split(maxsplit=2)[1:] for line in run.out.splitlines()[1:]}
    assert rows["fine"][0] == "1"
    assert rows["fine"][1].startswith("ok ")
    assert rows["renewed"][1].startswith("ok ")
    assert rows["parked"][1].startswith("parked since ")
    assert rows["expired"][1].startswith("expired since ")
    assert rows["tired"][1].startswith("cooling down until ")
    assert "not JSON" in rows["broken"][1]


def test_resume_tells_what_a_session_was_parked_for_and_lets_it_go_on(
    scrapy: Scrapy, tmp_path: Path, theirs: Path
) -> None:
    scrapy("session", "import", "theirs.json", "--name", "mine")
    in_store(tmp_path, ACCOUNT, lambda state: state.park(PARKED, "user_profile: challenge_required", 1e9, "x"))
    run = scrapy("session", "resume", "mine")
    assert run.code == 0
    parked = (
        "session mine: was parked since 2001-09-09 01:46 UTC: user_profile: challenge_required; it may send again now\n"
    )
    assert run.out == parked
    assert scrapy("session", "resume", "mine").out == "session mine: is not parked\n"
    in_store(tmp_path, ACCOUNT, lambda state: state.park(PARKED, "challenge_required", 1e9, "x"))
    imported = scrapy("session", "import", "theirs.json").out.splitlines()[-1]
    assert imported.startswith("session mine: parked since 2001-09-09 01:46 UTC: challenge_required; do by hand")
    assert imported.endswith("then: scrapy session resume mine")
    assert "it may send again now" in scrapy("session", "resume", ACCOUNT).out


def test_an_expired_session_goes_on_only_when_a_newer_one_comes(scrapy: Scrapy, tmp_path: Path, theirs: Path) -> None:
    scrapy("session", "import", "theirs.json", "--name", "mine")
    fingerprint = Session(session_settings()).fingerprint
    in_store(tmp_path, ACCOUNT, lambda state: state.park(EXPIRED, "login_required", 1e9, fingerprint))
    run = scrapy("session", "resume", "mine")
    assert run.code == 3
    assert "log in again by hand, then: scrapy session import FILE" in run.out
    again = scrapy("session", "import", "theirs.json").out.splitlines()[-1]
    assert again.startswith("session mine: expired since 2001")
    assert again.endswith("and this is the same login: log in again by hand, then import that one")
    assert "expired since 2001" in scrapy("session", "list").out
    run = scrapy("session", "import", "-", stdin=f"{ACCOUNT}%3AneWeR%3A13%3AAYdTestOnly".encode())
    assert "session mine: its login had expired; it may send again now" in run.out
    assert "expired" not in scrapy("session", "list").out


def test_export_gives_what_other_programs_read_and_what_can_be_imported_again(
    scrapy: Scrapy, tmp_path: Path, theirs: Path
) -> None:
    scrapy("session", "import", "theirs.json", "--name", "mine")
    assert orjson.loads(scrapy("session", "export", "mine").out) == session_settings()
    run = scrapy("session", "export", "mine", "--format", "netscape", "-o", "cookies.txt")
    assert (run.code, run.out, mode(tmp_path / "cookies.txt")) == (0, "", 0o600)
    assert scrapy("session", "import", "cookies.txt", "--name", "again").code == 0
    assert kept(tmp_path, "again")["cookies"]["sessionid"] == SESSIONID


@pytest.mark.parametrize("sure", [False, True])
def test_export_shows_a_session_on_a_terminal_only_when_asked_twice(
    scrapy: Scrapy, tmp_path: Path, theirs: Path, sure: bool
) -> None:
    scrapy("session", "import", "theirs.json", "--name", "mine")
    ours, terminal = pty.openpty()
    command = [sys.executable, "-m", "scrapy", "session", "export", "mine", *(["--yes"] if sure else [])]
    run = subprocess.run(
        command, cwd=tmp_path, env=scrapy_environment(), stdout=terminal, stderr=subprocess.PIPE, check=False
    )
    os.write(terminal, b"end\n")
    shown = b""
    while not shown.endswith(b"end\r\n"):
        shown += os.read(ours, 4096)
    os.close(ours)
    os.close(terminal)
    assert (run.returncode, SESSIONID.encode() in shown) == ((0, True) if sure else (2, False))


def test_check_asks_once_and_says_whose_session_works(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    scrapy("session", "import", "session.json", "--name", "mine")
    run = scrapy("session", "check", "mine", **at_simulator)
    assert (run.code, run.err) == (0, "")
    assert run.out == "session mine: works, username own.account, account 58001234567\n"
    assert [request.operation for request in simulator.requests] == ["user_profile"]
    # It is asked again each time, and IG_SESSION says which without a name.
    assert scrapy("session", "check", **at_simulator).code == 0
    assert len(simulator.requests) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"session.json", "sessions", ".igcrawl"}


def test_check_leaves_the_operator_s_outputs_alone(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    environment = {**at_simulator, "IG_JSONL": "out.jsonl", "IG_RAW": "raw.jsonl.zst"}
    assert scrapy("session", "check", **environment).code == 0
    assert not (tmp_path / "out.jsonl").exists()


def test_check_of_a_session_in_trouble_parks_it_and_exits_3(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    scrapy("session", "import", "session.json", "--name", "mine")
    simulator.sessions.revoke_all()
    run = scrapy("session", "check", "mine", **at_simulator)
    assert run.code == 3
    (line,) = run.err.splitlines()
    assert line.startswith("igcrawl: session mine: ")
    assert "scrapy session import FILE" in line
    assert "expired since" in scrapy("session", "list").out
    assert scrapy("session", "check", "mine", **at_simulator).code == 3
    assert len(simulator.requests) == 1


FORMS: dict[str, Callable[[bytes], str]] = {
    "its content": lambda settings: settings.decode(),
    "its content in base64": lambda settings: base64.b64encode(settings).decode(),
    "its content in wrapped base64": lambda settings: base64.encodebytes(settings).decode(),
    "a sessionid": lambda settings: orjson.loads(settings)["cookies"]["sessionid"],
}


@pytest.mark.parametrize("form", FORMS)
def test_ig_session_may_hold_the_session_itself(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path, form: str
) -> None:
    session_file = Path(at_simulator["IG_SESSION"])
    environment = {**at_simulator, "IG_SESSION": FORMS[form](session_file.read_bytes())}
    session_file.unlink()
    for nth in (1, 2):
        simulator.faults.add(operation="followers", nth=nth, kind="refresh", revoke=True)
    run = scrapy("crawl", "followers", "-a", "user_id=25025320", "-a", "max_pages=3", "-O", "x.jsonl", **environment)
    assert run.code == 0, run.err
    assert run.err.count("kept for this run only") == 1
    assert len(simulator.requests) == 4
    assert {path.name for path in tmp_path.iterdir()} == {"x.jsonl", ".igcrawl"}
    assert [name for name, secret in secrets_of(dict(simulator.session)).items() if secret in run.err] == []


def test_ig_session_may_be_a_name_or_a_path(scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path) -> None:
    assert scrapy("session", "import", "session.json", "--name", "mine").code == 0
    before = (tmp_path / "sessions" / "mine.json").read_bytes()
    for session in ("mine", "sessions/mine.json", "session.json"):
        environment = {**at_simulator, "IG_SESSION": session}
        run = scrapy("crawl", "profiles", "-a", "user_ids=25025320", "-O", f"{len(session)}.jsonl", **environment)
        assert run.code == 0, run.err
        assert "kept for this run only" not in run.err
    # What the server refreshed is in the file that was named.
    assert (tmp_path / "sessions" / "mine.json").read_bytes() != before


@pytest.mark.parametrize(
    "value",
    [
        orjson.dumps(session_settings()).decode()[:-5],
        base64.b64encode(orjson.dumps(session_settings())).decode()[7:],
        base64.b64encode(orjson.dumps(session_settings())).decode()[:90],
        f"sessionid={SESSIONID}\nsecond line",
        "51234567890:",
        "sessionid:" + SESSIONID,
        '{"cookies": {"sessionid": 7}}',
    ],
    ids=range(7),
)
def test_a_value_that_may_be_a_broken_session_is_never_repeated(value: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_source(value).load()
    said = str(caught.value)
    assert said.startswith("IG_SESSION")
    assert value[:12] not in said
    assert "sEcReT" not in said


def test_a_given_session_never_shows_itself() -> None:
    given = read_source(SESSIONID)
    assert given.load().ds_user_id == ACCOUNT
    assert "sEcReT" not in repr(given)


def test_a_name_means_the_session_before_a_file_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").touch()
    assert read_source("mine").file == Path("mine")
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "mine.json").touch()
    assert read_source("mine").file == Path("sessions/mine.json")
    assert read_source("mine").name == read_source("sessions/mine.json").name == "mine"
    assert read_source("elsewhere/x.json").name == "elsewhere/x.json"
