"""Advice for the operator after an error has ended a walk: what happened, and what to do now."""

from __future__ import annotations

from igcrawl.errors import AnswerError, Interrupted, MalformedAnswer, RequestRejected, StaleDocId, Transient, Trouble
from igcrawl.operations.operation import Operation, Surface


def reason_of(
    error: AnswerError | Interrupted, asked: Operation | None, session_name: str, replaced: Operation | None = None
) -> str:
    """Return the operator's line.

    Args:
        error: what ended the walk.
        asked: the operation that was asked last, None before the first.
        session_name: how the operator calls the session.
        replaced: the operation in whose place another was asked, None for none.
    """
    if replaced is not None and isinstance(error, RequestRejected | Transient | MalformedAnswer):
        return f"{error}, asked in place of {replaced.query_name or replaced.name}; {_recapture(replaced)}"
    if isinstance(error, StaleDocId):
        return f"{error}; {_recapture(asked)}"
    if isinstance(error, Trouble):
        return f"{error}; no further request was made: {error.advice.format(session=session_name)}"
    return str(error)


def _recapture(asked: Operation | None) -> str:
    """Say how to come by a doc_id that works."""
    if asked is None or asked.query_name is None:
        return "pass a fresh doc_id"
    if asked.surface is Surface.MOBILE_GRAPHQL:
        how = f"record the app as it asks {asked.query_name} (docs/doc_ids.md), then: scrapy docids import FILE --write"
    else:
        how = "get a fresh one with: scrapy docids capture --write"
    return f"{how}; or pass it with -s IG_DOC_ID_{asked.name}=…"
