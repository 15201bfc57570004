"""Profiles: the web query, users/{id}/info, and the lookup of a username."""

from typing import Any

from igcrawl.simulator.accounts import ACCOUNTS
from igcrawl.simulator.answers import SCRIPT, Answer, json_answer, missing_account
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.payloads import payload
from igcrawl.simulator.people import Person, picture_url
from igcrawl.simulator.world import World

_NOT_LISTED = 760_000_000_000
_CATEGORIES = (("2233", "Media/news company"), ("191323751232418", "Publisher"), ("0", ""))


def counts(world: World, user_id: int) -> dict[str, int]:
    """Return the three counts a profile shows; those of follow lists are what the list claims."""
    return {
        "follower_count": world.graph.follow_list(user_id, "followers").claimed,
        "following_count": world.graph.follow_list(user_id, "following").claimed,
        "media_count": world.posts.count(user_id),
    }


def category(person: Person) -> tuple[str, str]:
    """Return id and name of the business category of an account."""
    return _CATEGORIES[0] if person.is_verified else _CATEGORIES[int(person.digest[0], 16) % len(_CATEGORIES)]


def biography(person: Person) -> str:
    """Return a short text about an account; it keeps line breaks and emoji, as real ones do."""
    return f"{person.full_name or person.username}\n📍 {person.digest[:6]} · café ❤️ こんにちは مرحبا"


def user_profile(world: World, ask: Ask) -> Answer:
    """Answer the web profile query; an unknown id gets `user: null`."""
    user_id = world.known_target(ask)
    user = None if isinstance(user_id, Answer) else _web_profile(world, user_id)
    document = {"data": {"user": user, "viewer": None}, "extensions": {"is_final": True}, "status": "ok"}
    return json_answer(document, content_type=SCRIPT)


def _web_profile(world: World, user_id: int) -> dict[str, Any]:
    person = world.people.person(user_id)
    user: dict[str, Any] = payload("profile.web")
    user.update(
        pk=str(user_id),
        id=str(user_id),
        fbid_v2=str(person.fbid),
        username=person.username,
        full_name=person.full_name,
        biography=biography(person),
        is_private=person.is_private,
        is_verified=person.is_verified,
        text_post_app_badge_label=person.username,
        profile_pic_url=person.profile_pic_url,
        hd_profile_pic_url_info={"url": picture_url(person.digest, "s320x320")},
        latest_reel_media=person.latest_reel_media,
        total_clips_count=len(world.posts.numbers(user_id, clips_only=True)),
        **counts(world, user_id),
    )
    return user


def rest_profile(world: World, user_id: int) -> dict[str, Any]:
    """Return the user object of users/{id}/info, all recorded keys of it."""
    person = world.people.person(user_id)
    user: dict[str, Any] = payload("profile.rest")
    user.update(
        strong_id__=str(user_id),
        pk=user_id,
        pk_id=str(user_id),
        id=str(user_id),
        instagram_pk=str(user_id),
        fbid_v2=person.fbid,
        username=person.username,
        full_name=person.full_name,
        page_name=person.full_name,
        biography=biography(person),
        biography_with_entities={"raw_text": biography(person), "entities": []},
        is_private=person.is_private,
        is_verified=person.is_verified,
        text_post_app_badge_label=person.username,
        threads_profile_glyph_url=f"barcelona://user?username={person.username}",
        profile_pic_url=person.profile_pic_url,
        profile_pic_id=person.profile_pic_id,
        hd_profile_pic_url_info={"height": 1080, "url": picture_url(person.digest, "s1080x1080"), "width": 1080},
        hd_profile_pic_versions=[
            {"height": size, "url": picture_url(person.digest, f"s{size}x{size}"), "width": size} for size in (320, 640)
        ],
        latest_reel_media=person.latest_reel_media,
        has_chaining=user_id not in ACCOUNTS or not ACCOUNTS[user_id].refuses_chaining,
        **counts(world, user_id),
    )
    user["charity_profile_fundraiser_info"]["pk"] = user_id
    user["category_id"], user["category"] = category(person)
    return user


def user_info(world: World, ask: Ask) -> Answer:
    """Answer GET users/{id}/info/."""
    user_id = world.known_target(ask)
    if isinstance(user_id, Answer):
        return missing_account()
    return json_answer({"user": rest_profile(world, user_id), "status": "ok"})


def user_lookup(world: World, ask: Ask) -> Answer:
    """Answer the web search for a username: near matches all around the exact one, when there is one."""
    query = str(ask.argument("query") or "").strip().lower()
    found = world.graph.id_of(query)
    users = [_near_match(world, query, number) for number in range(6)] if query else []
    if found is not None:
        exact = world.people.person(found)
        users.insert(2, _found(exact, exact.username))
    document = {
        "data": {"xdt_api__v1__fbsearch__non_profiled_serp": {"users": users, "has_more": False, "rank_token": None}},
        "extensions": {"is_final": True},
        "status": "ok",
    }
    return json_answer(document, content_type=SCRIPT)


def _near_match(world: World, query: str, number: int) -> dict[str, object]:
    looks_like = (f"{query}_", f"the{query}", f"{query}{query[-1]}", f"{query}.official", f"_{query}", f"{query}fans")
    user_id = _NOT_LISTED + int(world.graph.digest(sum(query.encode()) * 10 + number)[:8], 16)
    return _found(world.people.person(user_id), looks_like[number])


def _found(person: Person, username: str) -> dict[str, object]:
    return {
        "__typename": "XDTUserDict",
        "pk": str(person.id),
        "id": str(person.id),
        "username": username,
        "full_name": person.full_name,
        "is_private": person.is_private,
        "is_verified": person.is_verified,
        "profile_pic_url": person.profile_pic_url,
        "social_context": None,
        "account_badges": [],
        "latest_reel_media": person.latest_reel_media,
    }
