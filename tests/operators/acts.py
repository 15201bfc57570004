"""What an operator does at a place: runs, and what happens between them."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from tests.operators.circumstances import CIRCUMSTANCES
from tests.operators.commands import COMMANDS, Command, peace, simulator
from tests.operators.files import CHANGES
from tests.operators.place import Place
from tests.operators.runs import ENDINGS
from tests.output.others import OTHERS

OUTPUTS: Final = ("out.jsonl", "out.csv", "out.json", "out.jsonl.gz", "out.csv.zst", "out.xml")
#: How often the same command is given again, and an output is named by -O.
_AGAIN, _REPLACED = 0.75, 0.6


def _drawn(place: Place, how: str = "run") -> tuple[Command, str, bool]:
    """Draw a command, its output, and whether that is named by -O."""
    known = [output.command for output in place.outputs.values()]
    command = place.chance.choice(known if known and place.chance.random() < _AGAIN else COMMANDS)
    name, replaces = place.chance.choice(OUTPUTS), place.chance.random() < _REPLACED
    place.story.append(f"{how} {command.name} {'-O' if replaces else '-o'} {name}")
    place.know(command)
    return command, name, replaces


def _ended(place: Place, command: Command) -> int:
    """Draw after how many requests a run is ended."""
    return place.chance.randrange(peace(command).requests + 1)


def run_to_its_end(place: Place) -> None:
    command, name, replaces = _drawn(place)
    place.judge(place.start(command, name, replaces=replaces))


def run_from_another_folder(place: Place) -> None:
    command, name, replaces = _drawn(place, "from another folder:")
    place.judge(place.start(command, name, replaces=replaces, below="sub"))


def run_without_output(place: Place) -> None:
    command, _, _ = _drawn(place, "without the output:")
    place.judge(place.start(command, "", replaces=True))


def run_and_end_it(place: Place) -> None:
    command, name, replaces = _drawn(place)
    how, requests = place.chance.choice(sorted(ENDINGS)), _ended(place, command)
    place.story.append(f"  {how} after {requests} requests")
    run = place.start(command, name, replaces=replaces, terminal=how == "a closed terminal")
    place.end(run, how, requests)
    place.judge(run)


def run_in_a_circumstance(place: Place) -> None:
    command, name, replaces = _drawn(place)
    circumstance = place.chance.choice(CIRCUMSTANCES)
    place.story.append(f"  {circumstance.name}")
    run = place.start(command, name, replaces=replaces, circumstance=circumstance)
    if place.chance.random() < 0.3:
        requests = _ended(place, command)
        place.story.append(f"  kill -9 after {requests} requests")
        place.end(run, "kill -9", requests)
    place.judge(run)


def run_two_at_once(place: Place) -> None:
    drawn = [_drawn(place, "at once:") for _ in range(2)]
    runs = [place.start(command, name, replaces=replaces) for command, name, replaces in drawn]
    if place.chance.random() < 0.5:
        requests = _ended(place, runs[0].command)
        place.story.append(f"  kill -9 of the first after {requests} requests of both")
        place.end(runs[0], "kill -9", requests)
    # One may be in the other's way.
    place.undo.append(lambda: None)
    for run in runs:
        place.judge(run, alone=False)
    place.undo.pop()
    place.again += len(runs)


def run_while_the_store_is_read(place: Place) -> None:
    command, name, replaces = _drawn(place, "while another program reads the store:")
    file = place.stores[-1] / "store.db"
    if not file.is_file():
        return
    other = sqlite3.connect(file)
    try:
        with suppress(sqlite3.Error):
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM sqlite_master").fetchall()
        place.judge(place.start(command, name, replaces=replaces))
    finally:
        other.close()


def meet_a_challenge(place: Place) -> None:
    command, name, replaces = _drawn(place, "with a challenge:")
    if not place.parked:
        place.challenge = simulator().faults.add(kind="challenge", nth=place.chance.randrange(1, 5))
    place.judge(place.start(command, name, replaces=replaces))
    place.again += 1
    simulator().faults.clear()
    place.challenge = None


def change_an_output(place: Place) -> None:
    # A link to the session's file is the session's file.
    paths = [place.folder / name for name in place.outputs]
    paths = [path for path in paths if path.is_file() and not path.samefile(place.session)]
    paths = [path for path in paths if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)]
    if paths:
        path, change = place.chance.choice(paths), place.chance.choice((*OTHERS, *CHANGES))
        place.story.append(f"{path.name}: {change.__name__}")
        change(path, place)
        # What others remove themselves, nobody else has lost.
        there = place.everything()
        place.foreign = [mark for mark in place.foreign if mark.encode() in there]


def swap_two_outputs(place: Place) -> None:
    there = [path for path in (place.folder / name for name in place.outputs) if path.is_file()]
    if len(there) >= 2:
        one, other = place.chance.sample(there, 2)
        place.story.append(f"{one.name} and {other.name} change names")
        aside = one.rename(one.with_name("aside"))
        other.rename(one)
        aside.rename(other)


def make_the_folder_read_only(place: Place) -> None:
    place.story.append("the folder becomes read-only")
    place.folder.chmod(0o555)
    place.undo.append(lambda: place.folder.chmod(0o755))


def copy_the_store(place: Place) -> None:
    if place.stores[-1].is_dir():
        copy = place.folder / f"store-{place.chance.randrange(10**6)}"
        place.story.append(f"the store is copied to {copy.name}, which is used from now on")
        place.stores.append(Path(shutil.copytree(place.stores[-1], copy)))


def use_another_store(place: Place) -> None:
    place.stores.append(place.stores.pop(0))
    place.story.append(f"the store {place.stores[-1].name} is used from now on")


def move_the_store(place: Place) -> None:
    old, new = place.stores[-1], place.folder / f"store-{place.chance.randrange(10**6)}"
    if old.is_dir():
        place.story.append(f"the store is moved to {new.name}")
        old.rename(new)
        place.stores = [new if store == old else store for store in place.stores]
        place.begun = {(command, new if store == old else store) for command, store in place.begun}
        for output in place.outputs.values():
            output.store = new if output.store == old else output.store


def back_the_store_up(place: Place) -> None:
    if place.stores[-1].is_dir():
        place.story.append("the store is backed up")
        shutil.rmtree(_backup(place), ignore_errors=True)
        shutil.copytree(place.stores[-1], _backup(place))


def restore_the_store(place: Place) -> None:
    if _backup(place).is_dir():
        place.story.append("the store is restored from its backup")
        shutil.rmtree(place.stores[-1], ignore_errors=True)
        shutil.copytree(_backup(place), place.stores[-1])
        place.forget(place.stores[-1])


def _backup(place: Place) -> Path:
    return place.folder.with_name("backup")


def remove_the_store(place: Place) -> None:
    place.story.append("the store is removed")
    shutil.rmtree(place.stores[-1], ignore_errors=True)
    place.forget(place.stores[-1])


def cut_the_store(place: Place) -> None:
    file = place.stores[-1] / "store.db"
    if file.is_file():
        place.story.append("the store's file is cut, and made whole at last")
        whole = file.read_bytes()
        _write_store(place, file, whole[: place.chance.randrange(len(whole))])
        place.undo.append(partial(_write_stores, place, whole))


def _write_stores(place: Place, content: bytes) -> None:
    for file in place.folder.glob("*/store.db"):
        _write_store(place, file, content)


def _write_store(place: Place, file: Path, content: bytes) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    file.write_bytes(content)
    place.forget(file.parent)


def make_the_store_read_only(place: Place) -> None:
    file = place.stores[-1] / "store.db"
    if file.is_file():
        place.story.append("the store's file becomes read-only")
        file.chmod(0o444)
        place.undo.append(partial(_make_stores_writable, place))


def _make_stores_writable(place: Place) -> None:
    for file in place.folder.glob("*/store.db"):
        file.chmod(0o600)


def open_the_session_to_all(place: Place) -> None:
    place.story.append("everybody may read the session's file")
    place.session.chmod(0o644)
    place.undo.append(place.write_session)


def edit_the_session(place: Place) -> None:
    place.story.append("the session's file is saved by an editor")
    text = place.session.read_bytes()
    edited = (text + b"\n", b"\xef\xbb\xbf" + text, text.replace(b",", b",\r\n"), text[:-1], b"")
    place.session.write_bytes(place.chance.choice(edited))
    place.undo.append(place.write_session)


def put_the_session_behind_a_link(place: Place) -> None:
    if not place.session.is_symlink():
        place.story.append("the session's file is a link")
        place.session.rename(place.folder.with_name("session-elsewhere.json"))
        place.session.symlink_to("../session-elsewhere.json")


RUNS: Final = (
    *(run_to_its_end, run_from_another_folder, run_without_output, run_two_at_once),
    *(run_and_end_it, run_and_end_it, run_and_end_it),
    *(run_in_a_circumstance, run_in_a_circumstance, run_in_a_circumstance),
    *(run_while_the_store_is_read, meet_a_challenge),
)
BETWEEN: Final = (
    *[change_an_output] * 6,
    *(swap_two_outputs, make_the_folder_read_only),
    *(copy_the_store, use_another_store, move_the_store, remove_the_store, cut_the_store, make_the_store_read_only),
    *(back_the_store_up, back_the_store_up, restore_the_store, restore_the_store),
    *(open_the_session_to_all, edit_the_session, put_the_session_behind_a_link),
)
#: How often the next act is a run.
_RUNS_COME: Final = 0.6


def play(place: Place) -> None:
    """Play three to eight acts, and hold the place against the truth.

    Raises:
        BrokenError: a promise did not hold.
    """
    for _ in range(place.chance.randrange(3, 9)):
        runs = not place.outputs or place.chance.random() < _RUNS_COME
        place.chance.choice(RUNS if runs else BETWEEN)(place)
    place.settle()
