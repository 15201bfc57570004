"""igcrawl: crawl Instagram's GraphQL and REST endpoints with the operator's own session.

From Python, what stands in `__all__` is public; every other name may change. It is loaded when it is first used, so
that ``import igcrawl`` itself is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from igcrawl.analysis.lists.history import SeenProfile
    from igcrawl.analysis.lists.kept_lists import KeptList
    from igcrawl.api.account_history import AccountHistory
    from igcrawl.api.client import Client
    from igcrawl.api.comparison import ComparedAccount, Comparison, DoubtfulComparison
    from igcrawl.api.doubts import DoubtfulResult, DoubtfulResultWarning, NotFound, PrivateAccount, Refused
    from igcrawl.api.records import Records
    from igcrawl.api.sync_client import SyncClient
    from igcrawl.api.sync_records import SyncRecords
    from igcrawl.errors import (
        BadInput,
        IgcrawlError,
        Interrupted,
        SessionParked,
        StoreError,
    )
    from igcrawl.items import (
        Audio,
        Comment,
        Follow,
        Hit,
        Media,
        Payload,
        Profile,
        Record,
        Redirect,
        Suggestion,
        WalkEnd,
    )

__all__ = [
    "AccountHistory",
    "Audio",
    "BadInput",
    "Client",
    "Comment",
    "ComparedAccount",
    "Comparison",
    "DoubtfulComparison",
    "DoubtfulResult",
    "DoubtfulResultWarning",
    "Follow",
    "Hit",
    "IgcrawlError",
    "Interrupted",
    "KeptList",
    "Media",
    "NotFound",
    "Payload",
    "PrivateAccount",
    "Profile",
    "Record",
    "Records",
    "Redirect",
    "Refused",
    "SeenProfile",
    "SessionParked",
    "StoreError",
    "Suggestion",
    "SyncClient",
    "SyncRecords",
    "WalkEnd",
]

#: As in pyproject.toml; here, since a checkout is used without being installed, too.
__version__ = "0.2.0"

#: Where public names come from; those that are not listed are records.
_MODULES = {
    "Client": "igcrawl.api.client",
    "SyncClient": "igcrawl.api.sync_client",
    "Records": "igcrawl.api.records",
    "SyncRecords": "igcrawl.api.sync_records",
    "AccountHistory": "igcrawl.api.account_history",
    "KeptList": "igcrawl.analysis.lists.kept_lists",
    "SeenProfile": "igcrawl.analysis.lists.history",
    **dict.fromkeys(("ComparedAccount", "Comparison", "DoubtfulComparison"), "igcrawl.api.comparison"),
    **dict.fromkeys(
        ("DoubtfulResult", "DoubtfulResultWarning", "NotFound", "PrivateAccount", "Refused"), "igcrawl.api.doubts"
    ),
    **dict.fromkeys(("BadInput", "IgcrawlError", "Interrupted", "SessionParked", "StoreError"), "igcrawl.errors"),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'igcrawl' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_MODULES.get(name, "igcrawl.items")), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
