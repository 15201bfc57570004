"""Families of operations that the server counts together."""

_MEMBERS = {
    "profiles": (
        "user_profile", "user_lookup", "user_info", "user_stream", "username_stream", "web_profile_info",
    ),
    "relations": ("followers", "following", "followers_rest", "following_rest", "followers_web"),
    "suggestions": ("chaining", "suggestion_details", "recommended_accounts", "related_profiles"),
    "search": (
        "keyword_typeahead", "typeahead_stream", "typeahead_users", "accounts_serp", "reels_serp", "top_serp", "serp",
        "resolve",
    ),
    "media": ("audio_clips", "media_info", "offensive_comment", "comment_infos", "user_clips", "user_feed"),
    "inbox": ("inbox_tray", "region_hint", "audio_trend_categories", "memories_pog", "mark_inbox_seen"),
}  # fmt: skip

FAMILIES = tuple(_MEMBERS)
"""The families a limit may be for."""

_FAMILY_OF = {operation: family for family, operations in _MEMBERS.items() for operation in operations}


def family_of(operation: str) -> str | None:
    """Return the family of an operation; None for one that only limits of all requests count."""
    return _FAMILY_OF.get(operation)
