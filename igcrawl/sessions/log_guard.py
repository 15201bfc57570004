"""Log records without a part of the session and without control characters, whoever writes them."""

from __future__ import annotations

import logging
import traceback
from typing import Any, Final

from igcrawl.printable import printable, printable_lines
from igcrawl.sessions.redaction import Redaction

#: What these loggers say is one line.
_OURS: Final = "igcrawl"
#: It is cut behind so many characters: a server may name its keys as it likes.
_LONGEST: Final = 10_000
#: All that this process knows as secret.
_redactions: list[Redaction] = []


def guard(*redactions: Redaction) -> None:
    """Keep secrets and control characters out of every log record of this process, wherever it goes.

    What igcrawl says is one line. A text of several lines of another program's is indented from its second line on, so
    that no line of a server's looks like a record of its own.

    Args:
        redactions: know secrets; those of earlier calls stay known.
    """
    _redactions.extend(redaction for redaction in redactions if redaction not in _redactions)
    make = logging.getLogRecordFactory()
    if isinstance(make, _GuardedRecords):
        return
    logging.setLogRecordFactory(_GuardedRecords(make))


class _GuardedRecords:
    """A log record factory that makes what another one makes fit to be seen."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        """Return a record."""
        record: logging.LogRecord = self._make(*args, **kwargs)
        for redaction in _redactions:
            _redact(record, redaction)
        _make_printable(record)
        return record


def _redact(record: logging.LogRecord, redaction: Redaction) -> None:
    """Make a record's text final where it would hold a secret: message, traceback and stack."""
    try:
        said = record.getMessage()
    except Exception:
        # The handler would print message and arguments as they are.
        record.msg, record.args = redaction.text(f"{record.msg!r} % {record.args!r}").replace("%", "%%"), ()
    else:
        cleared = redaction.text(said)
        if cleared != said:
            record.msg, record.args = cleared, ()
    if record.exc_info and record.exc_info[0] is not None:
        trace = logging.Formatter().formatException(record.exc_info)
        cleared = redaction.text(trace)
        if cleared != trace:
            # A handler of its own kind would look into the exception itself.
            record.exc_text, record.exc_info = cleared, None
    if record.stack_info:
        record.stack_info = redaction.text(record.stack_info)


def _make_printable(record: logging.LogRecord) -> None:
    """Make a record's text final where it would show what cannot be seen: message, traceback and stack."""
    clear = _line if record.name.partition(".")[0] == _OURS else printable_lines
    try:
        said = record.getMessage()
    except Exception:
        record.msg, record.args = clear(f"{record.msg!r} % {record.args!r}"), ()
    else:
        cleared = clear(said)
        if cleared != said:
            record.msg, record.args = cleared, ()
    if record.exc_text:
        record.exc_text = printable_lines(record.exc_text)
    elif record.exc_info and record.exc_info[1] is not None and not all(map(_is_plain, _chain(record.exc_info[1]))):
        record.exc_text = printable_lines(logging.Formatter().formatException(record.exc_info))
        record.exc_info = None
    if record.stack_info:
        record.stack_info = printable_lines(record.stack_info)


def _line(text: str) -> str:
    return printable(text, _LONGEST)


def _is_plain(error: BaseException) -> bool:
    """Return whether an exception says what it says in one line that can be seen."""
    return "".join(traceback.format_exception_only(error)).rstrip("\n").isprintable()


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an exception and those that led to it."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain
