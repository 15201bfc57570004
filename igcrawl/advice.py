"""What an error that ends a walk means for the operator: what happened, and what to do now."""

from __future__ import annotations

from igcrawl.errors import AnswerError, Interrupted, StaleDocId, Trouble
from igcrawl.operation import Operation


def reason_of(error: AnswerError | Interrupted, asked: Operation | None, session_name: str) -> str:
    """Return the operator's line.

    Args:
        error: what ended the walk.
        asked: the operation that was asked last, None before the first.
        session_name: how the operator calls the session.
    """
    if isinstance(error, StaleDocId):
        setting = f"-s IG_DOC_ID_{asked.name}" if asked and asked.query_name else "-a doc_id"
        return f"{error}; pass a fresh one with {setting}=…"
    if isinstance(error, Trouble):
        return f"{error}; no further request was made: {error.advice.format(session=session_name)}"
    return str(error)
