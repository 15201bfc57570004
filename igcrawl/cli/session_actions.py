"""Actions of `scrapy session`, reported as lines for the operator. No line holds a part of a session."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import orjson

from igcrawl.budget import parking
from igcrawl.capture.files import is_capture
from igcrawl.capture.session_cookies import cookie_header
from igcrawl.cli.states_of import states_of
from igcrawl.cli.tables import Table, terminal_width
from igcrawl.config.config import Config
from igcrawl.errors import BadInput
from igcrawl.paths import expanded, real_path, unreadable
from igcrawl.printable import say
from igcrawl.sessions import folder as session_folder
from igcrawl.sessions.device import complete
from igcrawl.sessions.formats.bare import may_be_session
from igcrawl.sessions.formats.browser import from_browser
from igcrawl.sessions.formats.netscape import to_text
from igcrawl.sessions.formats.recognise import LARGEST, FoundSession, recognise
from igcrawl.sessions.importing import take
from igcrawl.sessions.session import Session
from igcrawl.sessions.session_file import load_session, write_private
from igcrawl.sessions.source import SessionSource
from igcrawl.times import age


def read_source(source: str, now: float, account: str | None = None) -> FoundSession:
    """Return the session in a file; `-` is standard input.

    Args:
        source: the file.
        now: seconds since 1970.
        account: whose session is taken, where there are several.

    Raises:
        BadInput: it cannot be read, or holds none.
    """
    if source == "-":
        return _recognise(sys.stdin.buffer, "standard input", now, "", account)
    path = expanded(source)
    try:
        with path.open("rb") as file:
            return _recognise(file, source, now, path.name, account)
    except OSError as error:
        if may_be_session(source):
            raise BadInput(
                "this is no file that can be read, and may be the session itself, which others can see in a command: "
                "give - in its place, paste it, then Enter and Ctrl-D"
            ) from None
        raise BadInput(f"{source}: {unreadable(source, error)}") from None


def _recognise(file: BinaryIO, where: str, now: float, file_name: str, account: str | None) -> FoundSession:
    content = file.read(LARGEST + 1)
    if is_capture(content):
        # A HAR may be larger than any session.
        whole = BytesIO(content) if len(content) <= LARGEST or not file.seekable() else file
        whole.seek(0)
        content = cookie_header(whole, where)
    return recognise(content, where, now, file_name, account)


def read_browser(browser: str, now: float, account: str | None = None) -> FoundSession:
    """Return the session in a browser's cookies; of this account, where there are several.

    Raises:
        BadInput: it cannot be read, or holds none.
    """
    settings = from_browser(browser, now, account)
    complete(settings, browser)
    return FoundSession(settings)


async def take_in(found: FoundSession, name: str | None, config: Config, *, force: bool) -> list[str]:
    """Write an imported session, let its account go on if its login had expired, and say so.

    Raises:
        BadInput: see `take`.
        StoreError: the store failed; the session is written all the same.
    """
    imported = take(found, name, force=force)
    account, what = imported.session.ds_user_id, "replaced" if imported.replaced else "imported"
    lines = [f"session {imported.name}: {what}, account {account}, in {imported.path}"]
    async with states_of(config) as states:
        await states.take_in_marks(account, imported.path)
        if await parking.replace_expired(states, account, imported.session.fingerprint):
            lines.append(f"session {imported.name}: its login had expired; it may send again now")
        elif still := parking.still_parked(await states.read(account), imported.session.fingerprint, imported.name):
            return [*lines, f"session {imported.name}: {still}"]
    return [*lines, f"next: scrapy session check {imported.name}, then IG_SESSION={imported.name} scrapy crawl …"]


def warn_of(path: Path) -> None:
    """Say when others can read the file that a session was imported from."""
    if stat.S_IMODE(expanded(path).stat().st_mode) & 0o077:
        say(f"igcrawl: {path} also holds the session, and others can read it: delete it", file=sys.stderr)


async def table(config: Config, now: float) -> list[str]:
    """Return the sessions there are, a line each.

    Raises:
        BadInput: the folder or the store cannot be used.
        StoreError: the store failed.
    """
    session_folder.check_folder()
    names = session_folder.names()
    if not names:
        return [f"no sessions in {session_folder.session_folder().absolute()}/: scrapy session import FILE"]
    rows: list[tuple[str, ...]] = []
    async with states_of(config) as states:
        for name in names:
            path = session_folder.path_of(name)
            told = age(now - path.stat().st_mtime)
            try:
                session = load_session(path)
            except BadInput as error:
                rows.append((name, "-", "cannot be used", told, str(error)))
                continue
            await states.take_in_marks(session.ds_user_id, path)
            account, fingerprint = session.ds_user_id, session.fingerprint
            state = parking.state_of(await states.read(account), fingerprint, now)
            rows.append((name, account, state, told, ""))
            for local in await states.on_loopback(account):
                state = parking.state_of(await local.read(account), fingerprint, now)
                if state != parking.OK:
                    rows.append(("", f"at {local.server}", state, "", ""))
    return list(Table(("session", "account", "state", "age", ""), width=terminal_width()).lines(rows))


def exported(session: Session, form: str, now: float) -> bytes:
    """Return a session for other programs: ``settings`` as aiograpi and instagrapi read them, or ``netscape``.

    Raises:
        BadInput: there is no such format.
    """
    settings = complete(orjson.loads(session.dump()), "session")
    if form == "settings":
        return orjson.dumps(settings, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    if form != "netscape":
        raise BadInput(f"--format={form[:40]}: expected settings or netscape")
    known = {"sessionid": session.sessionid, "ds_user_id": session.ds_user_id, "mid": session.mid}
    return to_text(
        {**(settings.get("cookies") or {}), **{name: value for name, value in known.items() if value}}, now
    ).encode()


def write(path: Path, content: bytes) -> None:
    """Write a file for the operator's eyes only.

    Raises:
        BadInput: it cannot be written.
    """
    try:
        write_private(real_path(expanded(path), str(path)), content)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None


def make_private(handle: int) -> None:
    """Let nobody but the owner read what is written to an open file; a pipe or a terminal is no file."""
    with suppress(OSError):
        if stat.S_ISREG(os.fstat(handle).st_mode):
            os.fchmod(handle, 0o600)


async def unpark(given: SessionSource, name: str | None, config: Config) -> tuple[str, bool]:
    """Unpark a session; return what to say, and whether it may be used now.

    Args:
        given: the session.
        name: what the operator called it: a session's name, a file, or an account's id; None for IG_SESSION.
        config: the command's settings.

    Raises:
        BadInput: there is no such session, or the store cannot be used.
        StoreError: the store failed.
    """
    if name is not None and name.isdecimal() and not session_folder.path_of(name).exists():
        account, fingerprint, file = name, None, _file_of(name, given)
    else:
        source = (
            SessionSource(file=session_folder.path_of(name), name=name)
            if name is not None and name.isdecimal()
            else given
        )
        session, file = source.load(), source.file
        account, fingerprint, name = session.ds_user_id, session.fingerprint, name or given.name or session.ds_user_id
    async with states_of(config) as states:
        await states.take_in_marks(account, file)
        said, good = await parking.resume(states, account, fingerprint)
    return f"session {name}: {said}", good


def _file_of(account: str, given: SessionSource) -> Path | None:
    """Return the file of an account's session, beside which a mark may park it; None when it is elsewhere."""
    known = session_folder.owners().get(account)
    if known is not None:
        return session_folder.path_of(known)
    try:
        return given.file if given.file is not None and load_session(given.file).ds_user_id == account else None
    except BadInput:
        return None
