"""The next page of a walk; where its way is closed by another: from the first page on, or on another surface."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from igcrawl.calling.reply import Reply
from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.list_history import ids_of
from igcrawl.crawl.lookups import Ask
from igcrawl.crawl.walk import Walk
from igcrawl.errors import RequestRejected, StaleDocId, TargetError, Transient
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import WalkRow

logger = logging.getLogger(__name__)


async def answer(ask: Ask, run: CrawlRun, walk: Walk, row: WalkRow) -> dict[str, Any]:
    """Ask for a walk's next page and return the answer's envelope.

    When its cursor has died, or another operation takes over, the walk begins again at its first page; what it has
    found is known and not written twice.

    Args:
        ask: sends a call.
        run: where the walk's pages are.
        walk: asks.
        row: its row.

    Raises:
        AnswerError: there is no way.
    """
    call = walk.next_call()
    reply = await _ask(ask, walk, call)
    if reply.call.operation != call.operation:
        walk.substitute = OPERATIONS[reply.call.operation]
        logger.warning("%s: %s", walk.id, reply.note)
        if walk.pages:
            await _begin_again(run, walk, row, reply.note)
        else:
            walk.note([reply.note])
    elif call.cursor is not None and reply.call.cursor is None:
        logger.warning("%s: page %s: %s; going back to page 1", walk.id, walk.pages + 1, reply.note)
        await _begin_again(run, walk, row, f"began again after page {walk.pages}: its cursor had died")
    return reply.envelope


async def _ask(ask: Ask, walk: Walk, call: Call) -> Reply:
    """Ask a call; where the server kept failing or a later page speaks of the target, once more without its cursor.

    The cursor may have died. What is answered to the first page, too, is the target's own.
    """
    try:
        return await ask(walk, call)
    except (Transient, TargetError) as error:
        if call.cursor is None or not walk.pages:
            raise
        failure = error if isinstance(error, Transient) else RequestRejected(f"{error}, behind its first page")
        if not walk.can_begin_again:
            raise failure from None
        try:
            first = await ask(walk, replace(call, cursor=None))
        except (Transient, RequestRejected, StaleDocId):
            raise failure from None
        return replace(first, note=f"its cursor had died: {error}")


async def _begin_again(run: CrawlRun, walk: Walk, row: WalkRow, why: str) -> None:
    await run.flush()
    walk.begin_again(await ids_of(run.store, [row.id]), why)
