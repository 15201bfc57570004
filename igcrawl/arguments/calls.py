"""Arguments of the spiders that ask for one family of operations each."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from igcrawl.arguments.base import Arguments
from igcrawl.arguments.graph import GraphArguments
from igcrawl.arguments.types import MediaIds, Number, Url, UserId, Username, Words


class AccountArguments(Arguments):
    """One account, by its id or its name."""

    user_id: UserId | None = Field(None, description="the account's numeric id")
    username: Username | None = Field(None, description="the account's name, instead of user_id")

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        if (self.user_id is None) == (self.username is None):
            raise ValueError("give one target: user_id=… or username=…")
        return self

    @property
    def account(self) -> dict[str, str]:
        """The account as an argument of an operation."""
        return {"user_id": self.user_id} if self.user_id else {"username": self.username or ""}


class SuggestionsArguments(AccountArguments, GraphArguments):
    """Arguments of `suggestions`."""

    expand: bool = Field(False, description="1 also asks for the details of the accounts found")


class Tab(StrEnum):
    """Tabs of a search."""

    TOP = "top"
    ACCOUNTS = "accounts"
    REELS = "reels"
    POPULAR = "popular"


class SearchArguments(Arguments):
    """Arguments of `search`."""

    query: Words = Field(description="what to search for")
    tab: Tab = Field(Tab.TOP, description="top, accounts, reels or popular")


class Typeahead(StrEnum):
    """Sources of `typeahead`."""

    KEYWORD = "keyword"
    STREAM = "stream"
    USERS = "users"


class TypeaheadArguments(Arguments):
    """Arguments of `typeahead`."""

    query: Words = Field(description="the first letters of a search")
    source: Typeahead = Field(Typeahead.KEYWORD, description="keyword, stream or users")


class MediaArguments(Arguments):
    """Arguments of `media`."""

    media_ids: MediaIds = Field(description="ids of media, with or without the owner's: 1,2_3")

    @property
    def pks(self) -> list[str]:
        """The media's own numbers, each once."""
        return list(dict.fromkeys(media_id.partition("_")[0] for media_id in self.media_ids))


class CommentsArguments(Arguments):
    """Arguments of `comments`."""

    media_ids: MediaIds = Field(description="ids of media, each with its owner's: 1_2,3_4")


class ClipsArguments(AccountArguments):
    """Arguments of `clips`."""

    stream: bool = Field(False, description="1 asks for a streamed answer, as the app does")


class AudioArguments(Arguments):
    """Arguments of `audio`."""

    track_id: Number = Field(description="the sound's numeric id")


class ResolveArguments(Arguments):
    """Arguments of `resolve`."""

    url: Url = Field(description="the link")
