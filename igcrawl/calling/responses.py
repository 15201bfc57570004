"""Responses of Scrapy, reduced to what the diagnosis needs."""

from __future__ import annotations

import time
from typing import Any

from scrapy import Request
from scrapy.http import Response

from igcrawl.calling.diagnosis import Answer, check_root, open_answer
from igcrawl.calling.scrapy_request import UNREADABLE
from igcrawl.errors import AnswerError, Transient
from igcrawl.operations.call import AnswerKind, Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.times import seconds_until


def envelope_of(request: Request, call: Call, response: Response) -> dict[str, Any]:
    """Return the envelope of a good answer, with what its operation reads.

    Args:
        request: of the call, with what the transport noted of its answer.
        call: what was asked.
        response: decompressed.

    Raises:
        AnswerError: it is no page.
    """
    if UNREADABLE in request.meta:
        raise Transient(request.meta[UNREADABLE])
    envelope = open_answer(_answer(call, response))
    if OPERATIONS[call.operation].surface.answer_kind is AnswerKind.JSON:
        check_root(OPERATIONS[call.operation], envelope)
    return envelope


def is_page(call: Call, response: Response) -> bool:
    """Return whether an answer is a good page.

    Args:
        call: what was asked.
        response: decompressed.
    """
    try:
        open_answer(_answer(call, response))
    except AnswerError:
        return False
    return True


def may_be_rotated(call: Call, status: int) -> bool:
    """Return whether what looks throttled may be a rotated doc_id: some are answered 401, "Please wait"."""
    return status == 401 and OPERATIONS[call.operation].query_name is not None


def _answer(call: Call, response: Response) -> Answer:
    operation = OPERATIONS[call.operation]
    surface = operation.surface
    return Answer(
        operation=call.operation,
        graphql=surface.is_graphql,
        may_be_bare=operation.changes_server,
        kind=surface.answer_kind,
        url=str(call.args.get("url", response.url)),
        status=response.status,
        body=response.body,
        location=(response.headers.get("Location") or b"").decode("latin-1"),
        retry_after=seconds_until((response.headers.get("Retry-After") or b"").decode("latin-1"), time.time()),
    )
