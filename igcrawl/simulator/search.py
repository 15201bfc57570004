"""Search: the result pages with their cursors, and what is offered while one types."""

from hashlib import blake2b
from typing import Any

from igcrawl.simulator.answers import Answer, bad_cursor, bad_request, json_answer
from igcrawl.simulator.cursors import BadCursorError
from igcrawl.simulator.fill_records import put, put_post, put_user
from igcrawl.simulator.media import streamed
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.payloads import payload
from igcrawl.simulator.posts import Post
from igcrawl.simulator.profiles import counts
from igcrawl.simulator.world import World

_PAGES = 3
_ACCOUNTS_A_PAGE = 20
_REELS_A_PAGE = 12
_SECTIONS_A_PAGE = 3


def _number(query: str) -> int:
    return int(blake2b(query.encode(), digest_size=4).hexdigest(), 16) % 1_000_000


def found_ids(world: World, query: str, start: int, stop: int) -> list[int]:
    """Return whom a search finds at these positions; an account with exactly this name comes first."""
    exact = world.graph.id_of(query.lower())
    first = [exact] if exact is not None else []
    return [
        first[place] if place < len(first) else world.graph.id_at(_number(query) + place)
        for place in range(start, stop)
    ]


def _page(world: World, ask: Ask, cursor: str | None) -> int | Answer:
    """Return which page is wanted, from 0, or the refusal."""
    if not ask.query.get("query"):
        return bad_request("Missing query")
    if not cursor:
        return 0
    try:
        return world.cursors.read(_scope(ask), cursor.removeprefix("r:"))[0]
    except BadCursorError:
        return bad_cursor()


def _scope(ask: Ask) -> str:
    return f"{ask.path}/{ask.query['query']}"


def _next(world: World, ask: Ask, page: int) -> str | None:
    return world.cursors.write(_scope(ask), page + 1) if page + 1 < _PAGES else None


def _rank_token(world: World, ask: Ask, page: int) -> str:
    return world.graph.digest(_number(ask.query["query"]) + page)[:36]


def _hit(world: World, user_id: int) -> dict[str, Any]:
    user = put_user(payload("accounts_serp.rest")["user"], world.people.person(user_id))
    text = f"{counts(world, user_id)['follower_count']} followers"
    put(user, social_context=text, search_social_context=text)
    return user


def _post(world: World, query: str, place: int, *, clip: bool) -> Post:
    index = _number(query) + 2_000_000 + place
    while world.posts.count(world.graph.id_at(index)) <= 2:
        index += 1_000_000
    return world.posts.post(world.graph.id_at(index), 0 if clip else 2)


def accounts_serp(world: World, ask: Ask) -> Answer:
    """Answer GET fbsearch/account_serp/: three pages of twenty accounts, cursor `page_token`."""
    page = _page(world, ask, ask.query.get("page_token"))
    if isinstance(page, Answer):
        return page
    start = page * _ACCOUNTS_A_PAGE
    ids = found_ids(world, ask.query["query"], start, start + _ACCOUNTS_A_PAGE)
    document = payload("accounts_serp.rest")["document"]
    token = _next(world, ask, page)
    document.update(
        num_results=len(ids),
        users=[_hit(world, each) for each in ids],
        has_more=token is not None,
        rank_token=_rank_token(world, ask, page),
        page_token=token,
    )
    return json_answer(document)


def reels_serp(world: World, ask: Ask) -> Answer:
    """Answer GET fbsearch/reels_serp/: three pages of twelve reels, cursor `reels_max_id`."""
    page = _page(world, ask, ask.query.get("reels_max_id"))
    if isinstance(page, Answer):
        return page
    places = range(page * _REELS_A_PAGE, (page + 1) * _REELS_A_PAGE)
    document = payload("reels_serp.rest")["document"]
    document["reels_serp_modules"][0]["clips"] = [_reel(world, ask.query["query"], place) for place in places]
    token = _next(world, ask, page)
    document.update(
        has_more=token is not None,
        reels_max_id=f"r:{token}" if token else None,
        page_index=(page + 1) * _REELS_A_PAGE,
        rank_token=_rank_token(world, ask, page),
    )
    return json_answer(document)


def _reel(world: World, query: str, place: int) -> dict[str, Any]:
    post = _post(world, query, place, clip=True)
    return {"media": put_post(payload("reels_serp.rest")["media"], post, world.people.person(post.owner_id))}


def top_serp(world: World, ask: Ask) -> Answer:
    """Answer GET fbsearch/top_serp/: accounts on the first page, three pages of posts, cursors in `media_grid`."""
    page = _page(world, ask, ask.query.get("next_max_id"))
    if isinstance(page, Answer):
        return page
    query = ask.query["query"]
    document = payload("top_serp.rest")["document"]
    accounts = found_ids(world, query, 0, 3) if page == 0 else []
    document["list"] = [{"position": place, "user": _hit(world, each)} for place, each in enumerate(accounts)]
    document["rank_token"] = _rank_token(world, ask, page)
    token = _next(world, ask, page)
    sections = range(page * _SECTIONS_A_PAGE, (page + 1) * _SECTIONS_A_PAGE)
    document["media_grid"].update(
        sections=[_section(world, query, number, token) for number in sections],
        rank_token=document["rank_token"],
        next_max_id=token,
        reels_max_id=f"r:{token}" if token else None,
        has_more=token is not None,
        has_more_reels=token is not None,
        reels_page_index=page + 1,
    )
    return json_answer(document)


def _section(world: World, query: str, number: int, token: str | None) -> dict[str, Any]:
    template = payload("top_serp.rest")
    section: dict[str, Any] = template["section"]
    clips = section["layout_content"]["one_by_two_item"]["clips"]
    clip = _post(world, query, number * 4, clip=True)
    clips["items"] = [{"media": put_post(template["clip"], clip, world.people.person(clip.owner_id))}]
    clips.update(max_id=f"r:{token}" if token else None, more_available=token is not None)
    fill = []
    for place in range(number * 4 + 1, number * 4 + 4):
        post = _post(world, query, place, clip=False)
        fill.append({"media": put_post(payload("top_serp.rest")["post"], post, world.people.person(post.owner_id))})
    section["layout_content"]["fill_items"] = fill
    return section


def serp(world: World, ask: Ask) -> Answer:
    """Answer any other tab: those with clips or reels in the name hold reels, user tabs accounts, the rest posts."""
    tab = ask.target or ""
    if "clip" in tab or "reel" in tab:
        return reels_serp(world, ask)
    return accounts_serp(world, ask) if "user" in tab or "account" in tab else top_serp(world, ask)


def keyword_typeahead(world: World, ask: Ask) -> Answer:
    """Answer GET fbsearch/keyword_typeahead/: users, a hashtag, a place and keywords."""
    query = ask.query.get("query")
    if not query:
        return bad_request("Missing query")
    hashtag = {"id": 17_841_562_000_000_000 + _number(query), "name": query, "media_count": 1_000 + _number(query)}
    place = {"location": {"pk": 200_000 + _number(query), "name": f"{query} café", "lat": 52.5, "lng": 13.4}}
    found: list[dict[str, Any]] = [{"keyword": {"id": f"{_number(query)}", "name": f"{query} tutorial"}}]
    found += [{"user": _hit(world, each)} for each in found_ids(world, query, 0, 4)]
    found += [{"hashtag": hashtag}, {"place": place}, {"keyword": {"id": f"{_number(query) + 1}", "name": query}}]
    listed = [{"position": position} | each for position, each in enumerate(found)]
    return json_answer({"list": listed, "rank_token": _rank_token(world, ask, 0), "has_more": False, "status": "ok"})


def typeahead_stream(world: World, ask: Ask) -> Answer:
    """Answer GET fbsearch/typeahead_stream/: a first document with three users, one that has them again with more."""
    query = ask.query.get("query")
    if not query:
        return bad_request("Missing query")
    users = [_hit(world, each) for each in found_ids(world, query, 0, 8)]
    token = _rank_token(world, ask, 0)
    rows = ({"users": some, "rank_token": token, "status": "ok"} for some in (users[:3], users))
    return streamed(rows)
