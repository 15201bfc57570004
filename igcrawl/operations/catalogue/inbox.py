"""The inbox and other corners of the app whose answers nobody has recorded: their root is known, no more."""

from __future__ import annotations

from typing import Final

from igcrawl.items import Payload
from igcrawl.operations.catalogue.profiles import USER_ID
from igcrawl.operations.operation import Operation, Surface
from igcrawl.operations.request_templates import Arg
from igcrawl.parsing.fields import WHOLE
from igcrawl.parsing.json_paths import Path
from igcrawl.parsing.reader import Reader


def plain_data(expects: Path | None = None) -> Reader:
    """Return the reader that takes an answer's data as it is."""
    return Reader(at=("data",), single=True, record=Payload, fields={"data": WHOLE}, expects=expects)


OPERATIONS: Final = (
    Operation(
        name="inbox_tray",
        other_names=("private_graphql_inbox_tray_for_user",),
        about="the notes above the inbox",
        surface=Surface.MOBILE_GRAPHQL,
        query_name="InboxTrayRequestForUserQuery",
        arguments={"user_id": USER_ID},
        variables={"user_id": Arg("user_id"), "should_fetch_content_note_stack_video_info": False},
        reader=plain_data(("data", "xdt_get_inbox_tray_items")),
    ),
    Operation(
        name="region_hint",
        other_names=("private_graphql_realtime_region_hint",),
        about="the region of the session's messages",
        surface=Surface.MOBILE_GRAPHQL,
        query_name="IGRealtimeRegionHintQuery",
        headers={"Priority": "u=3, i"},
        arguments={},
        reader=plain_data(("data", "xdt_igd_msg_region")),
    ),
    Operation(
        name="audio_trend_categories",
        other_names=("private_graphql_top_audio_trends_eligible_categories",),
        about="the categories of trending sounds",
        surface=Surface.MOBILE_GRAPHQL,
        query_name="GetTopAudioTrendsEligibleCategories",
        arguments={},
        reader=plain_data(("data", "xdt_top_audio_trends_eligible_tabs")),
    ),
    Operation(
        name="memories_pog",
        other_names=("private_graphql_memories_pog",),
        about="the session's own story memories",
        surface=Surface.MOBILE_GRAPHQL,
        query_name="MemoriesPogQuery",
        arguments={},
        variables={"request": {"user_id": 0}},
        reader=plain_data(("data", "xdt_get_story_memories_pog")),
    ),
    Operation(
        name="mark_inbox_seen",
        other_names=("private_graphql_update_inbox_tray_last_seen",),
        about="marks the inbox's tray as seen",
        surface=Surface.MOBILE_GRAPHQL,
        query_name="UpdateInboxTrayLastSeenTimestamp",
        arguments={},
        reader=plain_data(),
        changes_server=True,
    ),
)
