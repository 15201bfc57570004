"""Suggestions: accounts like another one. The suggestion graph stays inside the population, so a walk of it ends."""

from math import gcd
from typing import Any

from igcrawl.simulator.accounts import ACCOUNTS
from igcrawl.simulator.answers import SCRIPT, Answer, bad_request, failure, json_answer
from igcrawl.simulator.fill_records import put, put_user
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.payloads import payload
from igcrawl.simulator.people import picture_url
from igcrawl.simulator.profiles import category
from igcrawl.simulator.world import World

_MOST = 15


def suggested_ids(world: World, user_id: int) -> list[int]:
    """Return whom the server suggests beside an account: at most 15 ordinary accounts, never the account itself."""
    users = world.graph.users
    digest = world.graph.digest(user_id)
    stride = 1 + int(digest[16:28], 16) % users
    while gcd(stride, users) != 1:
        stride += 1
    index = world.graph.index_of(user_id)
    start = int(digest[28:40], 16) if index is None else index
    picked = [world.graph.id_at((start + stride * step) % users) for step in range(1, min(_MOST, users - 1) + 1)]
    return [each for each in picked if each != user_id]


def chaining(world: World, ask: Ask) -> Answer:
    """Answer GET discover/chaining/."""
    user_id = world.known_target(ask)
    if isinstance(user_id, Answer):
        return user_id
    if user_id in ACCOUNTS and ACCOUNTS[user_id].refuses_chaining:
        return failure(400, "Not eligible for chaining.")
    page = payload("chaining.rest")
    document = page["document"]
    document["users"] = [_suggestion(world, each) for each in suggested_ids(world, user_id)]
    document["follow_ranking_token"] = world.graph.digest(user_id)
    return json_answer(document)


def _suggestion(world: World, user_id: int) -> dict[str, Any]:
    person = world.people.person(user_id)
    user = put_user(payload("chaining.rest")["user"], person)
    put(user, social_context=person.full_name, profile_chaining_secondary_label=person.full_name)
    return user


def suggestion_details(world: World, ask: Ask) -> Answer:
    """Answer GET discover/fetch_suggestion_details/: one item for each chained id that exists."""
    chained = [each for each in ask.query.get("chained_ids", "").split(",") if each]
    if not chained or not all(each.isascii() and each.isdigit() and len(each) < 20 for each in chained):
        return bad_request("Invalid chained_ids")
    items = [_item(world, int(each)) for each in chained if world.graph.exists(int(each))]
    return json_answer({"items": items, "status": "ok"})


def recommended_accounts(world: World, ask: Ask) -> Answer:
    """Answer GET discover/recommended_accounts_for_category/: suggestions of one category."""
    user_id = world.known_target(ask)
    if isinstance(user_id, Answer):
        return user_id
    document = payload("recommended_accounts.rest")["document"]
    people = map(world.people.person, suggested_ids(world, user_id))
    wanted = [each.id for each in people if category(each)[0] == ask.query.get("category_id")]
    document["items"] = [_item(world, each) for each in wanted]
    return json_answer(document)


def _item(world: World, user_id: int) -> dict[str, Any]:
    person = world.people.person(user_id)
    item: dict[str, Any] = payload("recommended_accounts.rest")["item"]
    put_user(item["user"], person)
    item["user"]["category_id"], item["user"]["category"] = category(person)
    previews = item["media_previews"]
    item["media_previews"] = []
    for preview, number in zip(previews, world.posts.numbers(user_id, clips_only=False), strict=False):
        post = world.posts.post(user_id, number)
        put(preview, media_id=post.pk, thumbnail_url=picture_url(post.digest, "s640x640"))
        item["media_previews"].append(preview)
    return item


def related_profiles(world: World, ask: Ask) -> Answer:
    """Answer the web query for related profiles (query_hash)."""
    user_id = world.known_target(ask)
    if isinstance(user_id, Answer):
        return json_answer({"data": {"user": None}, "status": "ok"}, content_type=SCRIPT)
    edges = [{"node": _node(world, each)} for each in suggested_ids(world, user_id)]
    return json_answer({"data": {"user": {"edge_chaining": {"edges": edges}}}, "status": "ok"}, content_type=SCRIPT)


def _node(world: World, user_id: int) -> dict[str, Any]:
    person = world.people.person(user_id)
    return {
        "id": str(user_id),
        "blocked_by_viewer": False,
        "followed_by_viewer": False,
        "follows_viewer": False,
        "full_name": person.full_name,
        "has_blocked_viewer": False,
        "has_requested_viewer": False,
        "is_private": person.is_private,
        "is_verified": person.is_verified,
        "profile_pic_url": person.profile_pic_url,
        "requested_by_viewer": False,
        "username": person.username,
    }


def followers_web(world: World, ask: Ask) -> Answer:
    """Answer the legacy followers list (query_hash): since September 2026 a true count, no edges, no next page."""
    user_id = world.known_target(ask)
    if isinstance(user_id, Answer):
        return json_answer({"data": {"user": None}, "status": "ok"}, content_type=SCRIPT)
    count = world.graph.follow_list(user_id, "followers").claimed
    followed = {"count": count, "page_info": {"has_next_page": False, "end_cursor": None}, "edges": []}
    document = {"data": {"user": {"edge_followed_by": followed}}, "extensions": {"is_final": True}, "status": "ok"}
    return json_answer(document, content_type=SCRIPT)
