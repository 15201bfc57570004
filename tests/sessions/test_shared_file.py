"""A session's file in several hands: processes that refresh it, an import, a deletion, and a kill in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import orjson
import pytest

from igcrawl.cli.session_actions import make_private, write
from igcrawl.errors import BadInput
from igcrawl.running import run_crawl
from igcrawl.sessions import session_file
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import alone, load_own_session, load_session, remove_leftovers, save_session
from igcrawl.sessions.shared_file import Saved, SharedFile
from igcrawl.verdict import ExitCode
from tests.conftest import ROOT
from tests.support.session_file import SESSIONID, session_settings, write_session

ACCOUNT = "51234567890"


def sessionid(number: int, account: str = ACCOUNT) -> str:
    return f"{account}%3ArOtAtEd{number:04}%3A{number % 100}%3AAYdTestOnly"


def rotation(number: int) -> list[tuple[bytes, bytes]]:
    return [(b"Set-Cookie", f"sessionid={sessionid(number)}; Path=/".encode())]


def route(number: int) -> list[tuple[bytes, bytes]]:
    return [(b"ig-set-ig-u-rur", f"CLN,{ACCOUNT},1806000000:01f7{number}".encode())]


def csrf(value: str) -> list[tuple[bytes, bytes]]:
    return [(b"Set-Cookie", f"csrftoken={value}; Path=/".encode())]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_session(tmp_path / "session.json")


def hand(path: Path) -> SharedFile:
    """The file in the hand of one more process."""
    return SharedFile(load_session(path), path)


def test_a_refresh_is_saved_on_top_of_what_another_process_saved(path: Path) -> None:
    first, second = hand(path), hand(path)
    assert first.refresh(csrf("ofTheFirst")) is Saved.SAVED
    assert second.refresh(route(1)) is Saved.SAVED
    there = load_session(path)
    assert (there.csrftoken, there.rur[-5:]) == ("ofTheFirst", "01f71")
    assert second.session.csrftoken == "ofTheFirst"


def test_a_session_that_another_process_rotated_is_not_overwritten_and_is_taken_when_ours_has_expired(
    path: Path,
) -> None:
    first, second = hand(path), hand(path)
    assert first.refresh(rotation(1)) is Saved.SAVED
    assert second.refresh(route(2)) is Saved.REPLACED
    assert load_session(path).sessionid == sessionid(1)
    assert second.session.sessionid == SESSIONID
    version = second.session.version
    assert second.take_newer()
    assert second.session.sessionid == second.session.authorization_data["sessionid"] == sessionid(1)
    assert second.session.version > version
    # It is no newer one a second time, and from now on both refresh it.
    assert not second.take_newer()
    assert second.refresh(route(3)) is Saved.SAVED
    assert first.refresh(csrf("ofTheFirst")) is Saved.SAVED
    assert load_session(path).rur.endswith("01f73")


def test_what_was_expired_is_never_taken_for_newer(path: Path) -> None:
    own = hand(path)
    own.refresh(rotation(1))
    write_session(path)
    assert not own.take_newer()


@pytest.mark.parametrize("content", [b"{", b"{}", b"\0", b'{"cookies": {"sessionid": "abc"}}'])
def test_a_file_that_holds_no_session_is_neither_taken_nor_written(path: Path, content: bytes) -> None:
    own = hand(path)
    path.write_bytes(content)
    assert not own.take_newer()
    assert own.refresh(route(1)) is Saved.REPLACED
    assert path.read_bytes() == content


@pytest.mark.parametrize("mode", [0o644, 0o666, 0o640, 0o400])
def test_a_session_whose_file_changed_its_mode_is_saved_all_the_same_and_private_again(path: Path, mode: int) -> None:
    own = hand(path)
    path.chmod(mode)
    assert own.refresh(rotation(1)) is Saved.SAVED
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_session(path).sessionid == sessionid(1)


def test_a_file_that_cannot_be_read_for_once_is_not_taken_for_another_s(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = hand(path)

    def fail(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as closed:
        closed.setattr(Path, "read_bytes", fail)
        with pytest.raises(OSError, match="Permission denied"):
            own.refresh(rotation(1))
        assert not own.take_newer()
    assert own.refresh(route(1)) is Saved.SAVED
    assert load_session(path).sessionid == sessionid(1)


def test_another_session_in_a_file_open_to_others_is_neither_taken_nor_written(path: Path) -> None:
    first, second = hand(path), hand(path)
    assert first.refresh(rotation(1)) is Saved.SAVED
    path.chmod(0o644)
    assert not second.take_newer()
    assert second.refresh(route(2)) is Saved.REPLACED
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert load_own_session(path).sessionid == sessionid(1)


def test_another_account_s_file_is_neither_taken_nor_written(path: Path) -> None:
    own = hand(path)
    other = Session({"cookies": {"sessionid": sessionid(1, "999")}})
    save_session(other, path)
    assert not own.take_newer()
    assert own.refresh(rotation(2)) is Saved.REPLACED
    assert load_session(path).ds_user_id == "999"


def test_a_file_that_its_operator_deleted_stays_deleted(path: Path, tmp_path: Path) -> None:
    own = hand(path)
    path.unlink()
    assert own.refresh(rotation(1)) is Saved.DELETED
    assert not own.take_newer()
    assert list(tmp_path.iterdir()) == []
    assert own.session.sessionid == sessionid(1)


def test_what_could_not_be_saved_once_is_saved_with_the_next_refresh(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = hand(path)

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("igcrawl.sessions.session_file.replace_file", fail)
        with pytest.raises(OSError, match="No space left"):
            own.refresh(rotation(1))
    assert own.refresh(route(2)) is Saved.SAVED
    assert load_session(path).sessionid == sessionid(1)
    assert load_session(path).rur.endswith("01f72")


def test_a_session_that_is_rotated_while_another_process_saves_is_not_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = hand(path), hand(path)
    saving, save = threading.Event(), save_session

    def save_slowly(session: Session, path: Path) -> None:
        if session is first.session:
            saving.set()
            time.sleep(0.05)
        save(session, path)

    monkeypatch.setattr("igcrawl.sessions.shared_file.save_session", save_slowly)
    slow = threading.Thread(target=first.refresh, args=(csrf("ofTheFirst"),))
    slow.start()
    assert saving.wait(5)
    assert second.refresh(rotation(1)) is Saved.SAVED
    slow.join()
    there = load_session(path)
    assert (there.sessionid, there.csrftoken) == (sessionid(1), "ofTheFirst")


KILLED = """
import os, signal, sys
from pathlib import Path
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
from igcrawl.sessions.session_file import load_session, save_session
path = Path(sys.argv[1])
save_session(load_session(path), path)
"""


def test_a_copy_that_a_killed_process_left_is_removed_at_the_next_start(path: Path, tmp_path: Path) -> None:
    others = [tmp_path / name for name in (".session.json.original", ".session.json.abcd1234", "session.json~")]
    for other in others:
        other.touch()
    killed = subprocess.run([sys.executable, "-c", KILLED, path], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    (copy,) = {*tmp_path.iterdir()} - {path, *others}
    assert orjson.loads(copy.read_bytes()) == session_settings()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    hand(path)
    assert {*tmp_path.iterdir()} == {path, *others}


def test_a_copy_that_a_living_process_writes_stays(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_file, "_LONGEST_WAIT", 0.01)
    copy = tmp_path / ".session.json.abcd1234.igcrawl-copy"
    copy.touch()
    with alone(path) as held:
        assert held
        remove_leftovers(path)
        assert copy.exists()
    remove_leftovers(path)
    assert not copy.exists()


@pytest.mark.parametrize("before", [None, 0o644, 0o666, 0o400])
def test_an_export_to_a_file_is_for_its_owner_only_whatever_was_there(tmp_path: Path, before: int | None) -> None:
    target = tmp_path / "export.json"
    if before is not None:
        target.touch()
        target.chmod(before)
    write(target, b"content")
    assert (target.read_bytes(), stat.S_IMODE(target.stat().st_mode)) == (b"content", 0o600)


def test_an_export_that_the_shell_sends_to_a_file_is_for_its_owner_only_too(tmp_path: Path) -> None:
    target = tmp_path / "export.json"
    target.touch(0o644)
    with target.open("wb") as file:
        make_private(file.fileno())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    for handle in os.pipe():
        make_private(handle)
        os.close(handle)


COOKIES = "# Netscape HTTP Cookie File\n.instagram.com\tTRUE\t/\tTRUE\t0\tsessionid\t"
FOREIGN = {
    "cookies.txt": (COOKIES + SESSIONID, "is a browser's cookies"),
    "expired.txt": (COOKIES.replace("\t0\t", "\t1\t") + SESSIONID, "is a browser's cookies"),
    "columns.txt": (f".instagram.com\tTRUE\t/\tTRUE\t0\tsessionid\t{SESSIONID}\tLax\n", "is a browser's cookies"),
    "export.json": (
        orjson.dumps([{"name": "sessionid", "value": SESSIONID, "domain": ".instagram.com"}]).decode(),
        "is a browser's cookies",
    ),
    "by name.json": (orjson.dumps({"sessionid": SESSIONID}).decode(), "is cookies by their names"),
    "bare": (SESSIONID, "is a sessionid by itself"),
    "x.har": (orjson.dumps({"log": {"entries": []}}).decode(), "is a HAR"),
    "cmd.txt": (
        f'curl ^"https://www.instagram.com/^" -b ^"sessionid={SESSIONID}^"',
        "is a request copied from a browser",
    ),
    "headers.txt": (f"Host: instagram.com\nCookie: a=b; sessionid={SESSIONID}\n", "is a request copied from a browser"),
    "cookies.sqlite": ("SQLite format 3\0", "is a browser's cookies"),
    "session-me": ("\x80\x04", "is a session file of instaloader"),
}


def test_a_crawl_with_such_a_file_says_so_and_sends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "cookies.txt"
    path.write_text(COOKIES + SESSIONID)
    outcome = asyncio.run(run_crawl("followers", {"user_id": "25025320"}, {"IG_SESSION": str(path)}))
    assert outcome.exit_code is ExitCode.BAD_INPUT
    assert outcome.refused == f"session file {path} is a browser's cookies: scrapy session import {path}"


@pytest.mark.parametrize("mode", [0o600, 0o644])
@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_is_no_settings_says_how_it_is_imported(tmp_path: Path, name: str, mode: int) -> None:
    content, what = FOREIGN[name]
    path = tmp_path / name
    path.write_bytes(content.encode("latin-1"))
    path.chmod(mode)
    with pytest.raises(BadInput) as caught:
        load_session(path)
    said = str(caught.value)
    quoted = f"'{path}'" if " " in name else str(path)
    assert said == f"session file {path} {what}: scrapy session import {quoted}"
