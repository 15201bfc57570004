"""What an operator, and others at the same place, do between and during runs."""

from __future__ import annotations

import gzip
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.operators.circumstances import CIRCUMSTANCES
from tests.operators.commands import COMMANDS, peace, simulator
from tests.operators.place import PLAIN, SIGNALS, Ending, Place
from tests.output.others import OTHERS

NAMES: Final = ("out.jsonl", "out.csv", "out.json", "out.jsonl.gz", "out.csv.zst", "out.xml")


def _drawn(place: Place) -> tuple[str, bool]:
    return place.chance.choice(NAMES), place.chance.random() < 0.6


def _command(place: Place) -> int:
    """Draw a command: most often the one of the last run."""
    known = [COMMANDS.index(output.command) for output in place.outputs.values()]
    return (
        place.chance.choice(known) if known and place.chance.random() < 0.75 else place.chance.randrange(len(COMMANDS))
    )


# Runs.


def run_to_its_end(place: Place) -> str:
    command, (name, replaces) = COMMANDS[_command(place)], _drawn(place)
    place.story.append(f"run {command.name} {'-O' if replaces else '-o'} {name}")
    place.judge(place.start(command, name, replaces=replaces))
    return ""


def run_from_another_folder(place: Place) -> str:
    command, (name, replaces) = COMMANDS[_command(place)], _drawn(place)
    place.story.append(f"run {command.name} {'-O' if replaces else '-o'} {name} from another folder")
    place.judge(place.start(command, name, replaces=replaces, below="sub"))
    return ""


def run_without_output(place: Place) -> str:
    command = COMMANDS[_command(place)]
    place.story.append(f"run {command.name} without output")
    place.judge(place.start(command, "", replaces=True))
    return ""


def run_and_end_it(place: Place) -> str:
    command, (name, replaces) = COMMANDS[_command(place)], _drawn(place)
    how = place.chance.choice(sorted(SIGNALS))
    ending = Ending(how, place.chance.randrange(peace(command).requests + 1))
    place.story.append(
        f"run {command.name} {'-O' if replaces else '-o'} {name}: {how} after {ending.requests} requests"
    )
    run = place.start(command, name, replaces=replaces, terminal=how == "a closed terminal")
    place.end(run, ending)
    place.judge(run)
    return ""


def run_in_a_circumstance(place: Place) -> str:
    command, (name, replaces) = COMMANDS[_command(place)], _drawn(place)
    circumstance = place.chance.choice(CIRCUMSTANCES)
    place.story.append(f"run {command.name} {'-O' if replaces else '-o'} {name}, {circumstance.name}")
    run = place.start(command, name, replaces=replaces, circumstance=circumstance)
    if place.chance.random() < 0.3:
        ending = Ending("kill -9", place.chance.randrange(peace(command).requests + 1))
        place.story.append(f"  kill -9 after {ending.requests} requests")
        place.end(run, ending)
    place.judge(run)
    return ""


def run_two_at_once(place: Place) -> str:
    first, second = COMMANDS[_command(place)], COMMANDS[_command(place)]
    runs = []
    for command in (first, second):
        name, replaces = _drawn(place)
        place.story.append(f"at once: {command.name} {'-O' if replaces else '-o'} {name}")
        runs.append(place.start(command, name, replaces=replaces))
    if place.chance.random() < 0.5:
        ending = Ending("kill -9", place.chance.randrange(peace(first).requests + 1))
        place.story.append(f"  kill -9 of the first after {ending.requests} requests")
        place.end(runs[0], ending)
    place.undo.append(lambda: None)
    for run in runs:
        place.judge(run, alone=False)
    place.undo.pop()
    place.again += len(runs)
    return ""


def meet_a_challenge(place: Place) -> str:
    command, (name, replaces) = COMMANDS[_command(place)], _drawn(place)
    if not place.parked:
        place.challenge = simulator().faults.add(kind="challenge", nth=place.chance.randrange(1, 5))
    place.story.append(f"run {command.name} {'-O' if replaces else '-o'} {name}, with a challenge")
    place.judge(place.start(command, name, replaces=replaces))
    place.again += 1
    simulator().faults.clear()
    place.challenge = None
    return ""


# Outputs.


def touch_an_output(place: Place) -> str:
    there = [name for name in place.outputs if place.path(name).is_file() and os.access(place.path(name), os.W_OK)]
    # A link to the session's file is the session's file.
    there = [name for name in there if place.path(name).resolve() != place.session.resolve()]
    if not there:
        return "nothing"
    name, other = place.chance.choice(there), place.chance.choice((*OTHERS, *MORE))
    place.story.append(f"{other.__name__}: {name}")
    other(place.path(name), place)
    everything = place.everything()
    place.foreign = [mark for mark in place.foreign if mark.encode() in everything]
    return ""


def saved_by_a_spreadsheet(path: Path, place: Place) -> None:
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def packed_in_place(path: Path, place: Place) -> None:
    other = path.with_name(f"{path.name}.gz")
    if not other.exists():
        other.write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def moved_behind_a_link(path: Path, place: Place) -> None:
    elsewhere = path.with_name("elsewhere")
    elsewhere.mkdir(exist_ok=True)
    real = path.resolve()
    target = elsewhere / f"{place.chance.randrange(10**6)}-{path.name}"
    shutil.move(real, target)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def made_a_link_to_nowhere(path: Path, place: Place) -> None:
    path.unlink()
    path.symlink_to(f"nowhere-{place.chance.randrange(10**6)}")


def linked_twice(path: Path, place: Place) -> None:
    os.link(path.resolve(), path.with_name(f"twin-{place.chance.randrange(10**6)}"))


def made_a_folder(path: Path, place: Place) -> None:
    path.rename(path.with_name(f"moved-{place.chance.randrange(10**6)}"))
    path.mkdir()
    place.undo.append(path.rmdir)


def made_a_link_to_the_session(path: Path, place: Place) -> None:
    path.rename(path.with_name(f"moved-{place.chance.randrange(10**6)}"))
    path.symlink_to("session.json")
    place.undo.append(path.unlink)


def made_a_circle_of_links(path: Path, place: Place) -> None:
    path.rename(path.with_name(f"moved-{place.chance.randrange(10**6)}"))
    path.symlink_to(path.name)
    place.undo.append(path.unlink)


def made_read_only(path: Path, place: Place) -> None:
    path.chmod(0o444)
    place.undo.append(lambda: path.chmod(0o644) if path.is_file() else None)


def made_unreadable(path: Path, place: Place) -> None:
    path.chmod(0)
    place.undo.append(lambda: path.chmod(0o644) if path.is_file() else None)


def emptied(path: Path, place: Place) -> None:
    path.write_bytes(b"")


def doubled(path: Path, place: Place) -> None:
    """What ``cat x x > y; mv y x`` does."""
    path.write_bytes(path.read_bytes() * 2)


def sorted_by_line(path: Path, place: Place) -> None:
    path.write_bytes(b"".join(sorted(path.read_bytes().splitlines(keepends=True))))


MORE: Final[tuple[Callable[[Path, Place], None], ...]] = (
    saved_by_a_spreadsheet,
    packed_in_place,
    moved_behind_a_link,
    made_a_link_to_nowhere,
    linked_twice,
    made_a_folder,
    made_a_link_to_the_session,
    made_a_circle_of_links,
    made_read_only,
    made_unreadable,
    emptied,
    doubled,
    sorted_by_line,
)


def swap_two_outputs(place: Place) -> str:
    there = [place.path(name) for name in place.outputs if place.path(name).is_file()]
    if len(there) < 2:
        return "nothing"
    one, other = place.chance.sample(there, 2)
    place.story.append(f"{one.name} and {other.name} change names")
    aside = one.with_name("aside")
    one.rename(aside)
    other.rename(one)
    aside.rename(other)
    return ""


def make_the_folder_read_only(place: Place) -> str:
    place.story.append("the folder becomes read-only")
    place.folder.chmod(0o555)
    place.undo.append(lambda: place.folder.chmod(0o755))
    return ""


# Stores.


def copy_the_store(place: Place) -> str:
    if not place.stores[-1].is_dir():
        return "nothing"
    copy = place.folder / f"store-{place.chance.randrange(10**6)}"
    place.story.append(f"the store is copied to {copy.name}, which is used from now on")
    shutil.copytree(place.stores[-1], copy)
    place.stores.append(copy)
    place.again += 50
    return ""


def change_the_store(place: Place) -> str:
    if len(place.stores) < 2:
        return "nothing"
    place.stores.append(place.stores.pop(0))
    place.story.append(f"the store {place.stores[-1].name} is used from now on")
    return ""


def move_the_store(place: Place) -> str:
    if not place.stores[-1].is_dir():
        return "nothing"
    old, new = place.stores[-1], place.folder / f"store-{place.chance.randrange(10**6)}"
    place.story.append(f"the store is moved to {new.name}")
    old.rename(new)
    place.stores[-1] = new
    place.crawled |= {(command, new) for command, store in place.crawled if store == old}
    for output in place.outputs.values():
        if output.store == old:
            output.store = new
    return ""


def back_the_store_up(place: Place) -> str:
    backup = place.folder.with_name("backup")
    if not place.stores[-1].is_dir():
        return "nothing"
    place.story.append("the store is backed up")
    shutil.rmtree(backup, ignore_errors=True)
    shutil.copytree(place.stores[-1], backup)
    return ""


def restore_the_store(place: Place) -> str:
    backup, store = place.folder.with_name("backup"), place.stores[-1]
    if not backup.is_dir():
        return "nothing"
    place.story.append("the store is restored from its backup")
    shutil.rmtree(store, ignore_errors=True)
    shutil.copytree(backup, store)
    _forgotten(place, store)
    return ""


def remove_the_store(place: Place) -> str:
    place.story.append("the store is removed")
    shutil.rmtree(place.stores[-1], ignore_errors=True)
    _forgotten(place, place.stores[-1])
    return ""


def _forgotten(place: Place, store: Path) -> None:
    place.again += 50
    for output in place.outputs.values():
        if output.store == store:
            output.forgotten = True


def cut_the_store(place: Place) -> str:
    file = place.stores[-1] / "store.db"
    if not file.is_file():
        return "nothing"
    place.story.append("the store's file is cut, and made whole at last")
    whole = file.read_bytes()
    file.write_bytes(whole[: place.chance.randrange(len(whole))])
    for suffix in ("-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    place.undo.append(lambda: _made_whole(place, file, whole))
    _forgotten(place, place.stores[-1])
    return ""


def _made_whole(place: Place, file: Path, whole: bytes) -> None:
    for each in place.folder.glob("*/store.db"):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{each}{suffix}").unlink(missing_ok=True)
        each.write_bytes(whole)
        _forgotten(place, each.parent)


def make_the_store_read_only(place: Place) -> str:
    file = place.stores[-1] / "store.db"
    if not file.is_file():
        return "nothing"
    place.story.append("the store's file becomes read-only")
    file.chmod(0o444)
    place.undo.append(lambda: [each.chmod(0o600) for each in place.folder.glob("*/store.db")] and None)
    return ""


def look_into_the_store(place: Place) -> str:
    """Run while somebody has the store open in another program, and reads."""
    file = place.stores[-1] / "store.db"
    if not file.is_file():
        return "nothing"
    command, (name, replaces) = COMMANDS[_command(place)], _drawn(place)
    place.story.append(f"run {command.name} {'-O' if replaces else '-o'} {name} while another program reads the store")
    other = sqlite3.connect(file)
    try:
        with suppress(sqlite3.Error):
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM sqlite_master").fetchall()
        place.judge(place.start(command, name, replaces=replaces))
    finally:
        other.close()
    return ""


# The session's file.


def open_the_session_to_all(place: Place) -> str:
    place.story.append("everybody may read the session's file")
    place.session.chmod(0o644)
    place.undo.append(place.write_session)
    return ""


def edit_the_session(place: Place) -> str:
    place.story.append("the session's file is saved by an editor")
    text = place.session.read_bytes()
    place.session.write_bytes(
        place.chance.choice([text + b"\n", b"\xef\xbb\xbf" + text, text.replace(b",", b",\r\n"), text[:-1], b""])
    )
    place.undo.append(place.write_session)
    return ""


def put_the_session_behind_a_link(place: Place) -> str:
    if place.session.is_symlink():
        return "nothing"
    place.story.append("the session's file is a link")
    place.session.rename(place.folder.with_name("session-elsewhere.json"))
    place.session.symlink_to("../session-elsewhere.json")
    return ""


RUNS: Final = (
    run_to_its_end,
    run_from_another_folder,
    run_without_output,
    run_and_end_it,
    run_and_end_it,
    run_and_end_it,
    run_in_a_circumstance,
    run_in_a_circumstance,
    run_in_a_circumstance,
    run_two_at_once,
    meet_a_challenge,
    look_into_the_store,
)
ACTS: Final = (
    touch_an_output,
    touch_an_output,
    touch_an_output,
    touch_an_output,
    touch_an_output,
    swap_two_outputs,
    make_the_folder_read_only,
    copy_the_store,
    change_the_store,
    move_the_store,
    back_the_store_up,
    back_the_store_up,
    restore_the_store,
    restore_the_store,
    remove_the_store,
    cut_the_store,
    make_the_store_read_only,
    open_the_session_to_all,
    edit_the_session,
    put_the_session_behind_a_link,
)
__all__ = ["ACTS", "PLAIN", "RUNS"]
