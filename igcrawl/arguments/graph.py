"""Arguments of the spiders that walk a graph: how far, and whom to leave out."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from igcrawl.arguments.given_targets import AccountArguments


class Only(StrEnum):
    """Filters for the accounts that are walked next."""

    PUBLIC = "public"
    VERIFIED = "verified"


class GraphArguments(AccountArguments):
    """Arguments of graph spiders. `only` and `skip_over` apply to accounts found, not to those that are given."""

    depth: int = Field(
        1, ge=1, le=6, description="1: the account's list; 2: also those of the accounts in it; and so on"
    )
    max_walks: int | None = Field(None, ge=1, description="walk at most this many lists, the first included")
    only: Only | None = Field(None, description="which of the accounts found to walk next: public or verified")
    skip_over: int | None = Field(
        None, ge=0, description="skip accounts with more followers than this; costs one profile request for each"
    )
