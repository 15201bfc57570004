"""Log records without a part of the session, whoever writes them."""

from __future__ import annotations

import logging
from typing import Any

from igcrawl.sessions.redaction import Redaction


def guard(redaction: Redaction) -> None:
    """Keep what a redaction knows out of every log record of this process, whoever writes it and wherever it goes."""
    make = logging.getLogRecordFactory()

    def make_redacted(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        _redact(record, redaction)
        return record

    logging.setLogRecordFactory(make_redacted)


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
