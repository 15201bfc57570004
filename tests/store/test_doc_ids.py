"""What the store remembers of doc_ids: when each worked last, and since when it is stale."""

from __future__ import annotations

from igcrawl.store import DocIdRow
from tests.store.samples import LATER, NOW, opened


async def test_an_id_is_stale_from_the_first_time_until_it_works_again(url: str) -> None:
    async with opened(url) as store:
        assert await store.doc_ids.all() == {}
        await store.doc_ids.note("11111", NOW, works=False)
        await store.doc_ids.note("11111", LATER, works=False)
        assert await store.doc_ids.all() == {"11111": DocIdRow(None, NOW)}
        await store.doc_ids.note("11111", LATER, works=True)
        assert await store.doc_ids.all() == {"11111": DocIdRow(LATER, None)}


async def test_when_an_id_worked_last_is_kept_when_it_is_rotated(url: str) -> None:
    async with opened(url) as store:
        await store.doc_ids.note("11111", NOW, works=True)
        await store.doc_ids.note("11111", LATER, works=False)
        await store.doc_ids.note("22222", NOW, works=True)
    async with opened(url) as store:
        assert await store.doc_ids.all() == {"11111": DocIdRow(NOW, LATER), "22222": DocIdRow(NOW, None)}


async def test_staleness_can_be_forgotten_and_only_that(url: str) -> None:
    async with opened(url) as store:
        await store.doc_ids.note("11111", NOW, works=True)
        for doc_id in ("11111", "22222", "33333"):
            await store.doc_ids.note(doc_id, LATER, works=False)
        assert sorted(await store.doc_ids.forget_staleness(["11111", "22222", "44444"])) == ["11111", "22222"]
        assert await store.doc_ids.forget_staleness(["11111"]) == []
        known = await store.doc_ids.all()
        assert known == {"11111": DocIdRow(NOW, None), "22222": DocIdRow(), "33333": DocIdRow(None, LATER)}
