"""Profiles as streams, and the profile the website's API gives."""

from typing import Any

from igcrawl.simulator.answers import Answer, json_answer, missing_account
from igcrawl.simulator.media import streamed
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.payloads import payload
from igcrawl.simulator.people import picture_url
from igcrawl.simulator.profiles import biography, counts, rest_profile
from igcrawl.simulator.world import World


def user_stream(world: World, ask: Ask) -> Answer:
    """Answer POST users/{id}/info_stream/: three documents, each with more of the profile."""
    user_id = world.known_target(ask)
    return user_id if isinstance(user_id, Answer) else _stream(world, user_id)


def username_stream(world: World, ask: Ask) -> Answer:
    """Answer POST users/{username}/usernameinfo_stream/."""
    user_id = world.graph.id_of((ask.target or "").lower())
    return missing_account() if user_id is None else _stream(world, user_id)


def _stream(world: World, user_id: int) -> Answer:
    user = rest_profile(world, user_id)
    rows: list[list[str]] = payload("user_stream.rest")
    return streamed({"user": {key: user[key] for key in keys}, "status": "ok"} for keys in rows)


def web_profile_info(world: World, ask: Ask) -> Answer:
    """Answer GET users/web_profile_info/, with the three newest posts."""
    user_id = world.graph.id_of((ask.target or "").lower())
    if user_id is None:
        return missing_account()
    person = world.people.person(user_id)
    user: dict[str, Any] = payload("web_profile_info.rest")
    numbers = counts(world, user_id)
    timeline = user["edge_owner_to_timeline_media"]
    newest = world.posts.numbers(user_id, clips_only=False)[:3]
    user.update(
        id=str(user_id),
        username=person.username,
        full_name=person.full_name,
        biography=biography(person),
        is_private=person.is_private,
        is_verified=person.is_verified,
        profile_pic_url=person.profile_pic_url,
        profile_pic_url_hd=picture_url(person.digest, "s320x320"),
        edge_followed_by={"count": numbers["follower_count"]},
        edge_follow={"count": numbers["following_count"]},
    )
    edges = [] if person.is_private else [_edge(world, user_id, number) for number in newest]
    user["edge_owner_to_timeline_media"] = timeline | {"count": numbers["media_count"], "edges": edges}
    return json_answer({"data": {"user": user}, "status": "ok"})


def _edge(world: World, user_id: int, number: int) -> dict[str, Any]:
    post = world.posts.post(user_id, number)
    edge: dict[str, Any] = payload("web_profile_info.rest")["edge_owner_to_timeline_media"]["edges"][0]
    node = edge["node"]
    node.update(
        id=str(post.pk),
        shortcode=post.code,
        display_url=picture_url(post.digest, "e35_s750x1333"),
        thumbnail_url=picture_url(post.digest, "s640x640"),
        taken_at_timestamp=post.taken_at,
        edge_media_to_comment={"count": post.likes // 50},
        edge_liked_by={"count": post.likes},
        edge_media_preview_like={"count": post.likes},
        edge_media_to_caption={"edges": [{"node": {"text": f"№ {number} 🌍"}}]},
    )
    if not post.is_clip:
        node.update({"__typename": "GraphImage", "product_type": "feed", "video_url": None, "video_duration": 0.0})
    return edge
