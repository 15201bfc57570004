"""What a page brought is durable together with the walk's next cursor."""

from __future__ import annotations

from dataclasses import replace

from igcrawl.store import FoundPage, HeldRecords, OutputRow, PackedRecords, PageCommit
from igcrawl.store.packed_ids import pack
from igcrawl.store.packed_records import pack_lines, unpack_lines
from tests.store.samples import LATER, NOW, begun, claimed, ended, kept, opened, page, seed, targets


async def test_a_page_changes_everything_of_its_walk_but_whose_it_is(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed("someone", args={"username": "someone"})])
        walk = await claimed(store, crawl)
        changed = replace(
            walk,
            seed="followers/25025320",
            subject="followers/25025320 order=latest",
            operation="followers_rest",
            target="25025320",
            args={"user_id": "25025320", "nested": {"a": [1, None, "𝒜\U0001f600"]}},
            cursor='{"a":"QVFB\'"}',
            pages=3,
            records=600,
            duplicates=2,
            requests=4,
            expected=5_000_000_000,
            state={"rank_token": "r", "notes": ["n"]},
            reason="half-way",
            started_at=LATER,
            updated_at=LATER,
        )
        await store.walks.commit([PageCommit(walk=replace(changed, depth=4))], {})
        assert await kept(store, walk.id) == changed
        verdict = replace(changed, verdict="stopped", cursor=None, ended_at=LATER)
        await store.walks.commit([PageCommit(walk=verdict)], {})
        assert await kept(store, walk.id) == replace(verdict, worker=None)


async def test_what_walks_found_comes_back_in_order(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        one, two = await claimed(store, crawl), await claimed(store, crawl)
        biggest = (1 << 63) - 1
        pages = [page(5, 3, (1 << 64) - 1, turned=-1 - biggest), page(turned=biggest), page(4)]
        await store.walks.commit([PageCommit(walk=one, found=pages[0]), PageCommit(walk=two, found=page(8))], {})
        await store.walks.commit(
            [PageCommit(walk=one, found=found) for found in pages[1:]] + [PageCommit(walk=one)], {}
        )
        assert [found async for found in store.walks.found(one.id)] == pages
        assert [found async for found in store.walks.found(two.id)] == [page(8)]
        assert [found async for found in store.walks.found(99)] == []


async def test_a_long_walk_gives_back_all_it_found(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        pages = [FoundPage(pack([number]), number) for number in range(1_203)]
        await store.walks.commit([PageCommit(walk=walk, found=found) for found in pages], {})
        assert [found async for found in store.walks.found(walk.id)] == pages


async def test_a_walk_may_be_changed_while_walks_and_what_they_found_are_read(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, (seed(number) for number in range(1_203)))
        first = await claimed(store, crawl)
        seen = 0
        async for walk in store.walks.all(crawl.id):
            seen += 1
            if walk.id % 400 == 0:
                await store.walks.commit([PageCommit(walk=first, found=page(walk.id))], {})
                async for _ in store.walks.found(first.id):
                    await store.walks.commit([PageCommit(walk=first)], {})
        assert seen == 1_203


async def test_several_pages_of_one_walk_may_be_one_commit(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        steps = [replace(walk, pages=1, cursor="a"), replace(walk, pages=2, verdict="complete")]
        await store.walks.commit([PageCommit(walk=step, found=page(step.pages)) for step in steps], {})
        assert await kept(store, walk.id) == replace(steps[1], worker=None)


async def test_children_are_walks_to_come_each_once(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        walk = await claimed(store, crawl)
        await store.walks.commit([PageCommit(walk=walk, children=[seed(5, 2), seed(2, 2), seed(5, 2), seed(1, 2)])], {})
        await store.walks.commit([PageCommit(walk=walk, children=[seed(5, 2), seed(6, 2)])], {})
        assert [(row.target, row.depth, row.fence) async for row in store.walks.all()] == [
            ("1", 1, 1),
            ("2", 1, 0),
            ("5", 2, 0),
            ("6", 2, 0),
        ]
        other = await begun(store, [seed(5)], key="other")
        assert await targets(store, other.id) == ["5"]


async def test_a_name_that_turns_out_to_be_a_waiting_account_is_walked_once(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed("someone"), seed(25025320), seed(3)])
        walk = await claimed(store, crawl)
        resolved = replace(walk, seed="followers/25025320", subject="followers/25025320", target="25025320")
        await store.walks.commit([PageCommit(walk=resolved)], {})
        await store.walks.commit([PageCommit(walk=resolved, children=[seed(25025320, 2)])], {})
        assert [row.seed async for row in store.walks.all()] == ["followers/25025320", "followers/3"]
        assert (await claimed(store, crawl)).target == "3"


async def test_a_name_that_turns_out_to_be_an_account_already_begun_keeps_its_own(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(25025320), seed("someone")])
        begun_before, walk = await claimed(store, crawl), await claimed(store, crawl)
        resolved = replace(walk, seed="followers/25025320", subject="followers/25025320", target="25025320", pages=1)
        await store.walks.commit([PageCommit(walk=resolved)], {})
        await store.walks.commit([PageCommit(walk=resolved)], {})
        assert await kept(store, walk.id) == replace(resolved, seed="followers/someone")
        assert await kept(store, begun_before.id) == begun_before


async def test_what_is_known_of_a_file_is_committed_with_the_page(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        walk = await claimed(store, crawl)
        first, second = (OutputRow(crawl.id, "here", path, {"length": 0}) for path in ("/a.jsonl", "/b.jsonl"))
        assert await store.outputs.at("here", "/a.jsonl") == []
        await store.outputs.put(first)
        await store.outputs.put(second)
        longer = replace(first, state={"length": 5_000_000_000, "hash": "ab"})
        await store.walks.commit([PageCommit(walk=walk)], [longer])
        assert await store.outputs.at("here", "/a.jsonl") == [longer]
        assert await store.outputs.at("there", "/a.jsonl") == []
        assert await store.outputs.of(crawl.id) == [longer, second]
        await store.outputs.drop(first)
        assert await store.outputs.of(crawl.id) == [second]


async def test_a_file_is_the_latest_crawls_that_began_to_write_it(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        other = await begun(store, [seed(1)], key="other")
        of_crawl, of_other = (OutputRow(each.id, "here", "/a.jsonl", {"length": 7}) for each in (crawl, other))
        await store.outputs.put(of_crawl)
        await store.outputs.put(of_other)
        assert await store.outputs.at("here", "/a.jsonl") == [of_other, of_crawl]
        await store.outputs.put(of_crawl)
        assert await store.outputs.at("here", "/a.jsonl") == [of_crawl, of_other]


def packed(*lines: bytes) -> PackedRecords:
    return PackedRecords(len(lines), pack_lines(b"".join(lines)))


async def test_records_are_kept_in_the_order_of_their_commits(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1), seed(2)])
        one, two = await claimed(store, crawl), await claimed(store, crawl)
        assert await store.walks.commit([PageCommit(walk=one)]) == 0
        commits = [PageCommit(walk=two, records=packed(b"1\n", b"2\n")), PageCommit(walk=one, records=packed(b"3\n"))]
        assert await store.walks.commit(commits) == 2
        assert await store.walks.commit([PageCommit(walk=two, records=packed(b"4\n"))]) == 3
        pages = [page async for page in store.records.pages(crawl.id)]
        assert [(page.place, page.walk, page.count, unpack_lines(page.lines)) for page in pages] == [
            (1, two.id, 2, b"1\n2\n"),
            (2, one.id, 1, b"3\n"),
            (3, two.id, 1, b"4\n"),
        ]
        assert [page.place async for page in store.records.pages(crawl.id, 2)] == [3]
        assert await store.records.last(crawl.id) == 3
        assert await store.records.held([one.id, two.id, 999]) == {
            one.id: HeldRecords(1, 2),
            two.id: HeldRecords(3, 3),
        }


async def test_a_crawl_knows_whether_all_its_records_are_kept(url: str) -> None:
    async with opened(url) as store:
        crawl = await begun(store, [seed(1)])
        assert crawl.kept
        await store.crawls.stop_keeping(crawl.id)
        [crawl] = await store.crawls.all()
        assert not crawl.kept


async def test_what_earlier_walks_of_a_list_found_can_be_asked_for(url: str) -> None:
    async with opened(url) as store:
        numbers = {}
        for generation, verdict in enumerate(["complete", "limited", "updated", "complete", None, "complete"]):
            crawl = await begun(store, [seed(1), seed(2)], after=generation)
            walk = await claimed(store, crawl)
            numbers[generation] = walk.id
            if verdict is not None:
                await ended(store, walk, verdict, state={"of": generation})
        earlier = await store.walks.earlier("followers/1", numbers[5])
        assert [walk.state["of"] for walk in earlier] == [3, 2, 0]
        assert [walk.id for walk in await store.walks.earlier("followers/1", numbers[3])] == [numbers[2], numbers[0]]
        assert await store.walks.earlier("followers/2", numbers[5]) == []
        assert earlier[0].started_at == NOW
