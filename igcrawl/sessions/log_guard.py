"""Log lines: whose each is, and none with a part of a session or a control character, whoever writes it.

Many crawls may live in one process. A context variable, which asyncio hands on to every task of a crawl, tells whose
code runs; what that crawl knows is taken out of its lines. A line that is nobody's is cleared of what any crawl knows.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ClassVar, Final
from weakref import WeakSet

from igcrawl.printable import fitted, printable_lines
from igcrawl.sessions.redaction import Redaction

#: What these loggers say is one line.
_OURS: Final = "igcrawl"
#: It is cut behind so many characters: a server may name its keys as it likes.
_LONGEST: Final = 1000
#: So is each line of what others say, whose lists of settings and tracebacks are longer.
_LONGEST_OF_OTHERS: Final = 4000
#: Loggers that speak when garbage is collected, of any crawl's tasks while another's code runs.
_RUNTIMES: Final = frozenset({"asyncio", "py", "twisted"})


class LogLines:
    """The log lines of one crawl.

    Args:
        redaction: what they may not hold.
    """

    _here: ClassVar[ContextVar[LogLines | None]] = ContextVar("igcrawl_lines", default=None)
    _nobodys: ClassVar[LogLines | None] = None

    def __init__(self, redaction: Redaction) -> None:
        self.redaction = redaction
        #: Takes note of each line; None when nobody counts them.
        self.count: Callable[[logging.LogRecord], None] | None = None
        #: True if Scrapy's start-up lists are left out.
        self.quiet = False

    @classmethod
    def of(cls, record: logging.LogRecord) -> LogLines | None:
        """Return the lines to which one that is written here and now belongs; None when it is no crawl's."""
        own = None if record.name.partition(".")[0] in _RUNTIMES else cls._here.get()
        return own or cls._nobodys

    def begin(self) -> None:
        """Own the lines that this task, and every task that it begins, writes from now on."""
        self._here.set(self)

    def take_nobodys(self) -> None:
        """Own also the lines that are no crawl's: the process has no other purpose than this one."""
        LogLines._nobodys = self


class LogGuard:
    """Guards all log records of a process."""

    def __init__(self) -> None:
        self._known: WeakSet[Redaction] = WeakSet()
        self._factory: Callable[..., logging.LogRecord] | None = None

    def begin(self, redaction: Redaction) -> None:
        """Keep what a redaction knows out of the lines that are no crawl's, too; guard all lines from now on."""
        self._known.add(redaction)
        make = logging.getLogRecordFactory()
        if make is self._factory:
            return

        def make_redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:
            record = make(*args, **kwargs)
            self._clear(record)
            return record

        self._factory = make_redacted
        logging.setLogRecordFactory(make_redacted)

    def end(self, redaction: Redaction) -> None:
        """Forget a redaction: its crawl has ended. Lines that are still its own are cleared all the same."""
        self._known.discard(redaction)

    def _clear(self, record: logging.LogRecord) -> None:
        lines = LogLines.of(record)
        for redaction in (lines.redaction,) if lines is not None else tuple(self._known):
            if redaction.knows_any:
                redact(record, redaction)
        make_printable(record)


#: One for the process, since Python has one factory of log records.
GUARD: Final = LogGuard()


def redact(record: logging.LogRecord, redaction: Redaction) -> None:
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


def make_printable(record: logging.LogRecord) -> None:
    """Make a record's text final where it would show what cannot be seen: message, traceback and stack."""
    clear = _line if record.name.partition(".")[0] == _OURS else _lines
    try:
        said = record.getMessage()
    except Exception:
        record.msg, record.args = clear(f"{record.msg!r} % {record.args!r}"), ()
    else:
        cleared = clear(said)
        if cleared != said:
            record.msg, record.args = cleared, ()
    if record.exc_text:
        record.exc_text = _lines(record.exc_text)
    elif record.exc_info and record.exc_info[1] is not None and not all(map(_is_plain, _chain(record.exc_info[1]))):
        record.exc_text = _lines(logging.Formatter().formatException(record.exc_info))
        record.exc_info = None
    if record.stack_info:
        record.stack_info = _lines(record.stack_info)


def _line(text: str) -> str:
    return fitted(text, _LONGEST)


def _lines(text: str) -> str:
    return printable_lines(text, _LONGEST_OF_OTHERS)


def _is_plain(error: BaseException) -> bool:
    """Return whether an exception says what it says in one line that can be seen and is not too long."""
    said = "".join(traceback.format_exception_only(error)).rstrip("\n")
    return said.isprintable() and len(said) <= _LONGEST_OF_OTHERS


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return an exception and those that led to it."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return chain
