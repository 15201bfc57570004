"""The legacy web list (query_hash) as the server answered until September 2026, for the one peer that knows no other.

Since then it answers a true count and no edges, as the simulator does: the peer's list is empty there.
"""

from __future__ import annotations

from typing import Any

from igcrawl.simulator.answers import SCRIPT, Answer, json_answer
from igcrawl.simulator.operations import OPERATIONS
from igcrawl.simulator.pages import PageRequest
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.world import World

_MOST = 50


def answer_legacy_lists() -> None:
    """Give this process's simulators the list back."""
    # The operation is frozen, and every simulator of the process holds this one.
    object.__setattr__(OPERATIONS["followers_web"], "answer", _followers)


def _followers(world: World, ask: Ask) -> Answer:
    user_id = world.known_target(ask)
    assert isinstance(user_id, int), user_id
    size, after = ask.argument("first"), ask.argument("after")
    assert isinstance(size, int), size
    page = world.pager.page(PageRequest(user_id, "followers", "web", str(after) if after else None, min(size, _MOST)))
    followed = {
        "count": world.graph.follow_list(user_id, "followers").claimed,
        "page_info": {"has_next_page": page.next_cursor is not None, "end_cursor": page.next_cursor},
        "edges": [{"node": _node(world, each)} for each in page.user_ids],
    }
    document = {"data": {"user": {"edge_followed_by": followed}}, "extensions": {"is_final": True}, "status": "ok"}
    return json_answer(document, content_type=SCRIPT)


def _node(world: World, user_id: int) -> dict[str, Any]:
    person, own = world.people.person(user_id), str(user_id)
    picture, name = person.profile_pic_url, person.username
    owner = {"__typename": "GraphUser", "id": own, "profile_pic_url": picture, "username": name}
    return {
        "id": own,
        "username": name,
        "full_name": person.full_name,
        "profile_pic_url": picture,
        "is_private": person.is_private,
        "is_verified": person.is_verified,
        "reel": {"id": own, "expiring_at": 1775755421, "has_pride_media": False, "latest_reel_media": None,
                 "seen": None, "owner": owner},
        "followed_by_viewer": False,
        "follows_viewer": False,
        "requested_by_viewer": False,
    }  # fmt: skip
