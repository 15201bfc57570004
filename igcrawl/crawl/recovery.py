"""The next page of a walk; where its way is closed by another: from the first page on, or on another surface."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, Final

from igcrawl.crawl.crawl_run import CrawlRun
from igcrawl.crawl.list_history import ids_of
from igcrawl.crawl.lookups import Ask
from igcrawl.crawl.walk import Walk
from igcrawl.errors import DeadCursor, NoDocIdLeft, RequestRejected, StaleDocId, Transient
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import WalkRow

logger = logging.getLogger(__name__)

#: Errors of a call with a cursor that may be the cursor's; of a query that is not in the registry, its doc_id's too.
_CURSORS_FAULT: Final = (Transient, RequestRejected, StaleDocId)


async def answer(ask: Ask, run: CrawlRun, walk: Walk, row: WalkRow) -> dict[str, Any]:
    """Ask for a walk's next page and return the answer's envelope.

    When its cursor has died, or its doc_id was rotated and another operation stands in, the walk begins again at its
    first page; what it has found is known and not written twice.

    Args:
        ask: sends a call.
        run: where the walk's pages are.
        walk: asks.
        row: its row.

    Raises:
        AnswerError: there is no way.
    """
    call = walk.next_call()
    try:
        return await _ask_twice(ask, walk, call)
    except DeadCursor as error:
        if not _may_begin_again(walk):
            raise
        first, fault = error.first, str(error)
    except NoDocIdLeft as error:
        return await _on_another_surface(ask, run, walk, row, error)
    except _CURSORS_FAULT as error:
        if call.cursor is None or not _may_begin_again(walk):
            raise
        fault = str(error)
        try:
            first = await ask(walk, replace(call, cursor=None))
        except _CURSORS_FAULT:
            raise error from None
    logger.warning("%s: the cursor of page %s has died (%s); going back to page 1", walk.id, walk.pages + 1, fault)
    await _begin_again(run, walk, row, f"began again after page {walk.pages}: its cursor had died")
    return first


async def _ask_twice(ask: Ask, walk: Walk, call: Call) -> dict[str, Any]:
    """Ask a call, once more when its cursor may have died; passing faults were asked again already."""
    try:
        return await ask(walk, call)
    except (RequestRejected, StaleDocId) as error:
        if isinstance(error, NoDocIdLeft) or call.cursor is None or not _may_begin_again(walk):
            raise
    return await ask(walk, call)


def _may_begin_again(walk: Walk) -> bool:
    return walk.pages > 0 and walk.may_begin_again


async def _on_another_surface(ask: Ask, run: CrawlRun, walk: Walk, row: WalkRow, error: NoDocIdLeft) -> dict[str, Any]:
    given = walk.cursor is not None and not walk.pages
    if error.search.substitute is None or given:
        # A cursor of one surface means nothing to another, so where the operator begins at one nothing stands in.
        raise error
    substitute = OPERATIONS[error.search.substitute]
    logger.warning("%s: %s; %s stands in", walk.id, error, substitute.name)
    note = f"{substitute.name} stands in for {walk.asked.name}, whose doc_id was rotated"
    walk.substitute = substitute
    if walk.pages:
        await _begin_again(run, walk, row, note)
    else:
        walk.note([note])
    return error.search.first_page or await ask(walk, walk.next_call())


async def _begin_again(run: CrawlRun, walk: Walk, row: WalkRow, why: str) -> None:
    await run.flush()
    walk.begin_again(await ids_of(run.store, [row.id]), why)
