"""SharedWalker: walks of posts of which one request asks for many; its part of the answer closes each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from igcrawl.arguments.media_targets import own_number
from igcrawl.calling.evidence import MOST_ALIKE
from igcrawl.crawl.logs import note
from igcrawl.crawl.lookups import reading
from igcrawl.crawl.recovery import answer
from igcrawl.crawl.walk import Ending, Walk
from igcrawl.crawl.walk_rows import walk_of
from igcrawl.crawl.walker import PageParts, Walked, Walker, doubt_of
from igcrawl.errors import AnswerError, LostClaim, RequestRejected, StoreError, TargetError
from igcrawl.items import Page
from igcrawl.operations.catalogue import find_operation
from igcrawl.operations.cursors import Chunk
from igcrawl.operations.paging import PageEnd
from igcrawl.parsing.combined_readers import parts_by_id
from igcrawl.store import FoundPage, WalkRow
from igcrawl.store.packed_ids import pack
from igcrawl.verdict import Verdict

_ABSENT: Final = "the answer does not speak of it: it may be deleted, or not for this account to see"


@dataclass(frozen=True, slots=True)
class _Part:
    """Part of an answer that is about one walk: its records, and why there may be more; None for no doubt."""

    records: list[Any]
    doubt: str | None = None


@dataclass(slots=True)
class _Split:
    """Answers to the parts of a request that was refused to all its posts together.

    Args:
        refused: posts that were refused, each alone.
        answered: whether one was answered.
        ended: the end of those not asked yet, once something has happened that is no post's.
    """

    refused: int = 0
    answered: bool = False
    ended: Ending | None = None

    def refuse(self, ending: Ending) -> None:
        """Count a post that was refused alone; several are enough where none is answered."""
        self.refused += 1
        if self.refused >= MOST_ALIKE and not self.answered:
            why = f"not asked: {self.refused} posts that it was to be asked with were refused: {ending.reason}"
            self.ended = Ending(Verdict.FAILED, why)


class SharedWalker(Walker):
    """Walks the posts of an operation that takes several of them: as many in a request as one takes."""

    async def take(self, row: WalkRow) -> list[Walked]:
        """Walk a claimed walk to its end, and as many others as its request has room for.

        Args:
            row: the claimed walk.
        """
        chunk = find_operation(row.operation).chunk
        rows = [row]
        if chunk is not None and _asks_for_one(row, chunk):
            rows += await self._claimed(chunk.size - 1)
        shared = [each for each in rows if chunk is not None and _asks_for_one(each, chunk)]
        walked = await self._walk_together(shared, chunk) if shared and chunk is not None else []
        # As an earlier version put them into the store.
        for alone in (each for each in rows if each not in shared):
            walked += await super().take(alone)
        return walked

    async def _claimed(self, most: int) -> list[WalkRow]:
        rows: list[WalkRow] = []
        try:
            while len(rows) < most and (row := await self.run.claim()) is not None:
                rows.append(row)
        except StoreError as error:
            self._stopping.begin(str(error))
        return rows

    async def _walk_together(self, rows: Sequence[WalkRow], chunk: Chunk) -> list[Walked]:
        """Ask for the targets of walks in one request, and close each: all in one commit."""
        walks = [walk_of(row, self.run.limits) for row in rows]
        found = await self._ask_together(rows, walks, chunk, _Split())
        walked: list[Walked] = []
        try:
            async with self.run.together():
                for row, walk, part in zip(rows, walks, found, strict=True):
                    walked.append(Walked(row, walk, await self._close(row, walk, part)))
        except (StoreError, LostClaim) as error:
            self._stopping.begin(str(error))
        if not self._stopping.failed:
            return walked
        return [replace(each, ending=Ending(Verdict.INTERRUPTED, self._stopping.reason)) for each in walked]

    async def _ask_together(
        self, rows: Sequence[WalkRow], walks: Sequence[Walk], chunk: Chunk, split: _Split
    ) -> Sequence[_Part | Ending]:
        """Return each walk's part of the answer, or how it ends without one.

        What is refused to all together is asked for each half of them.
        """
        first = walks[0]
        try:
            for walk, row in zip(walks, rows, strict=True):
                await self.recall(walk, row)
            targets = [target for walk in walks for target in walk.args[chunk.argument]]
            # It pays for the request.
            first.shared_args = {**first.args, chunk.argument: targets}
            envelope = await self.run.meanwhile(answer(self._ask, self.run, first, rows[0]))
            split.answered = True
            for walk in walks:
                walk.answered_at = first.answered_at
            return self._parts(walks, chunk, envelope)
        except (TargetError, RequestRejected) as error:
            ending = self.ending_after(error, first)
        except Exception as error:
            split.ended = self.ending_after(error, first)
            return [split.ended] * len(walks)
        if len(walks) == 1:
            split.refuse(ending)
            return [ending]
        # One of them may be why.
        found: list[_Part | Ending] = []
        for half in (slice(len(walks) // 2), slice(len(walks) // 2, None)):
            ended = [split.ended] * len(walks[half]) if split.ended is not None else None
            found += ended or await self._ask_together(rows[half], walks[half], chunk, split)
        return found

    def _parts(self, walks: Sequence[Walk], chunk: Chunk, envelope: dict[str, Any]) -> list[_Part | Ending]:
        reader = walks[0].operation.reader
        by_id = parts_by_id(reader, envelope)
        if by_id is not None:
            by_number = {own_number(key): part for key, part in by_id.items()}
            parts = (by_number.get(own_number(walk.args[chunk.argument][0])) for walk in walks)
            return [self._read(walk, part) for walk, part in zip(walks, parts, strict=True)]
        if len(walks) == 1:
            return [self._read(walks[0], envelope)]
        of_answer = reading(walks[0], walks[0].operation.name)
        records = reader.read(envelope, of_answer)
        note(walks[0], of_answer.notes)
        return [_own_part(walk, chunk, records) for walk in walks]

    def _read(self, walk: Walk, part: dict[str, Any] | None) -> _Part | Ending:
        if part is None:
            return _Part([], _ABSENT)
        of_answer = reading(walk, walk.operation.name)
        try:
            records = walk.operation.reader.read(part, of_answer)
        except AnswerError as error:
            return self.ending_after(error, walk)
        note(walk, of_answer.notes)
        return _Part(records, None if records else doubt_of(of_answer))

    async def _close(self, row: WalkRow, walk: Walk, part: _Part | Ending) -> Ending:
        if isinstance(part, Ending):
            return await self.end(walk, row, Page(walk.id), PageParts(), part)
        page = Page(walk.id, walk.keep(part.records))
        ending = walk.turn_page(PageEnd(None, whole=True, doubt=part.doubt))
        assert ending is not None
        return await self.end(walk, row, page, PageParts(FoundPage(pack(walk.seen.found), None)), ending)


def _asks_for_one(row: WalkRow, chunk: Chunk) -> bool:
    return len(row.args[chunk.argument]) == 1


def _own_part(walk: Walk, chunk: Chunk, records: Sequence[Any]) -> _Part:
    """Return a walk's own records of those that stand in one list for all."""
    number = own_number(walk.args[chunk.argument][0])
    own = [record for record in records if own_number(record.media_id or "") == number]
    for record in own:
        record.walk = walk.id
    return _Part(own, None if own else _ABSENT)
