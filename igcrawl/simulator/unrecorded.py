"""Operations whose answers nobody has recorded: the roots are known, what they hold is made up."""

from igcrawl.simulator.answers import HTML, SCRIPT, Answer, bad_request, json_answer, redirect
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.profiles import user_profile
from igcrawl.simulator.world import World

LSD = "AVqbxe3J_simulated"
"""The token the home page hands out for web queries."""


def _root(ask: Ask, plain: str, value: object) -> Answer:
    canonical = ask.form.get("enable_canonical_naming") == "true"
    names = ",".join(f"{name}:${name}" for name in ask.arguments)
    key = f"1${plain}({names})" if canonical and names else f"1${plain}" if canonical else plain
    data = {"__typename": "Query", "strong_id__": None, key: value}
    return json_answer({"data": data, "extensions": {"is_final": True}, "status": "ok"}, content_type=SCRIPT)


def inbox_tray(world: World, ask: Ask) -> Answer:
    """Answer InboxTrayRequestForUserQuery."""
    items = [{"inbox_tray_item_id": "17900000000000001", "inbox_tray_item_type": "note", "is_unseen": False}]
    return _root(ask, "xdt_get_inbox_tray_items", {"inbox_tray_items": items})


def region_hint(world: World, ask: Ask) -> Answer:
    """Answer IGRealtimeRegionHintQuery."""
    return _root(ask, "xdt_igd_msg_region", {"region": "LLA"})


def audio_trend_categories(world: World, ask: Ask) -> Answer:
    """Answer GetTopAudioTrendsEligibleCategories."""
    tabs = [{"tab_id": "trending", "title": "Trending"}, {"tab_id": "for_you", "title": "For you"}]
    return _root(ask, "xdt_top_audio_trends_eligible_tabs", {"tabs": tabs})


def memories_pog(world: World, ask: Ask) -> Answer:
    """Answer MemoriesPogQuery."""
    return _root(ask, "xdt_get_story_memories_pog", {"should_show_pog": False, "memories": []})


def mark_inbox_seen(world: World, ask: Ask) -> Answer:
    """Answer UpdateInboxTrayLastSeenTimestamp; its root field is the type name itself."""
    data = {"__typename": "Mutation", "strong_id__": None}
    return json_answer({"data": data, "extensions": {"is_final": True}, "status": "ok"}, content_type=SCRIPT)


def mobile_doc_id(world: World, ask: Ask) -> Answer:
    """Answer a query nobody knows, the doc_id of the wire files: it gives back the id it was asked about."""
    return _root(ask, "xdt_my_custom_root", {"id": ask.argument("some_id"), "name": "custom"})


def web_doc_id(world: World, ask: Ask) -> Answer:
    """Answer the older profile query that the wire files show for any doc_id; a wrong LSD token gets 400."""
    if ask.form.get("lsd", LSD) != LSD:
        return bad_request("Invalid LSD token")
    return user_profile(world, ask)


def resolve(world: World, ask: Ask) -> Answer:
    """Answer HEAD of a short link: /share/X redirects to a reel, anything else is there or is not."""
    if ask.path.startswith("/share/"):
        return redirect(f"https://www.instagram.com/reel/{ask.path.strip('/').rpartition('/')[2]}/?igsh=1")
    return Answer(b"", 404 if "missing" in ask.path else 200, HTML)
