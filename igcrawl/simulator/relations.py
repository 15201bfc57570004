"""Followers and following: mobile GraphQL and the REST friendship lists."""

from igcrawl.simulator.answers import JSON, SCRIPT, Answer, bad_cursor, bad_request, private_account
from igcrawl.simulator.cursors import BadCursorError
from igcrawl.simulator.pages import Page, PageRequest
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.people import NEWEST_STORY, REST_TEMPLATE, graphql_template
from igcrawl.simulator.world import World

_ORDERS = ("date_followed_latest", "date_followed_earliest")
_MOST = 200
_UNASKED = 100
_ROOT = "xdt_api__v1__friendships__"
_FLUSH = f'"server_metadata":{{"request_start_time_ms":{NEWEST_STORY}005,"time_at_flush_ms":{NEWEST_STORY}391}}'


def followers(world: World, ask: Ask) -> Answer:
    """Answer FollowersList."""
    return _mobile(world, ask, "followers")


def following(world: World, ask: Ask) -> Answer:
    """Answer FollowingList."""
    return _mobile(world, ask, "following")


def followers_rest(world: World, ask: Ask) -> Answer:
    """Answer GET friendships/{id}/followers/."""
    return _rest(world, ask, "followers")


def following_rest(world: World, ask: Ask) -> Answer:
    """Answer GET friendships/{id}/following/."""
    return _rest(world, ask, "following")


def _page(world: World, ask: Ask, direction: str, order: object, size: int | None) -> Page | Answer:
    user_id = world.known_target(ask)
    if isinstance(user_id, Answer):
        return user_id
    if order is not None and order not in _ORDERS:
        return bad_request("Invalid order")
    if world.graph.is_private(user_id):
        return private_account()
    oldest_first = order == "date_followed_earliest"
    wanted = PageRequest(user_id, direction, ask.surface, ask.cursor, size, oldest_first, ask.twist)
    try:
        return world.pager.page(wanted)
    except BadCursorError:
        return bad_cursor()


def _mobile(world: World, ask: Ask, direction: str) -> Answer:
    page = _page(world, ask, direction, ask.arguments.get("order"), None)
    if isinstance(page, Answer):
        return page
    canonical = ask.form.get("enable_canonical_naming") == "true"
    prefixed = canonical and ask.form.get("enable_canonical_naming_ambiguous_type_prefixing") == "true"
    friendship = direction == "following" and ask.arguments.get("skip_friendship_followers_fields") is False
    template = graphql_template(canonical=canonical, prefixed=prefixed, friendship=friendship)
    users = world.people.as_json(page.user_ids, template)
    cursor = "null" if page.next_cursor is None else f'"{page.next_cursor}"'
    flags = ""
    if ask.arguments.get("skip_should_limit_list_of_followers") is not True:
        flags += f',"should_limit_list_of_followers":{_bool(page.limited)}'
    if ask.arguments.get("skip_has_more") is not True:
        flags += f',"has_more":{_bool(page.next_cursor is not None)}'
    if ask.arguments.get("skip_big_list") is not True:
        flags += f',"big_list":{_bool(page.next_cursor is not None)}'
    root = _root_key(ask, direction, canonical)
    text = (
        f'{{"data":{{"__typename":"Query","strong_id__":null,"{root}":{{"users":[{users}],'
        f'"next_max_id":{cursor}{flags}}}}},"extensions":{{"is_final":true,{_FLUSH}}},"status":"ok"}}'
    )
    return Answer(text.encode(), content_type=SCRIPT)


def _root_key(ask: Ask, direction: str, canonical: bool) -> str:
    if not canonical:
        return _ROOT + direction
    names = ["max_id", "query", "search_surface", "user_id"]
    if "order" in ask.arguments:
        names.insert(1, "order")
    arguments = ",".join(f"{name}:${name}" for name in names)
    return f"1${_ROOT}{direction}(_request_data:$request_data,{arguments})"


def _rest(world: World, ask: Ask, direction: str) -> Answer:
    count = ask.query.get("count", str(_UNASKED))
    if not (count.isascii() and count.isdigit()) or not 1 <= int(count) <= _MOST:
        return bad_request(f"Invalid count: 1 to {_MOST}")
    page = _page(world, ask, direction, ask.query.get("order"), int(count))
    if isinstance(page, Answer):
        return page
    users = world.people.as_json(page.user_ids, REST_TEMPLATE)
    more = page.next_cursor is not None
    cursor = f'"next_max_id":"{page.next_cursor}",' if more else '"next_max_id":null,' if page.limited else ""
    text = (
        f'{{"users":[{users}],"big_list":{_bool(more)},"page_size":{count},{cursor}"has_more":{_bool(more)},'
        f'"should_limit_list_of_followers":{_bool(page.limited)},"use_clickable_see_more":false,'
        f'"show_spam_follow_request_tab":false,"status":"ok"}}'
    )
    return Answer(text.encode(), content_type=JSON)


def _bool(value: bool) -> str:
    return "true" if value else "false"
