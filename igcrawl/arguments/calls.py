"""Arguments of the spiders that ask for one family of operations each."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from igcrawl.arguments.base import Arguments
from igcrawl.arguments.given_targets import AccountArguments
from igcrawl.arguments.graph import GraphArguments
from igcrawl.arguments.types import Number, Url, Words


class SuggestionsArguments(GraphArguments):
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


class ClipsArguments(AccountArguments):
    """Arguments of `clips`."""

    stream: bool = Field(False, description="1 asks for a streamed answer, as the app does")


class AudioArguments(Arguments):
    """Arguments of `audio`."""

    track_id: Number = Field(description="the sound's numeric id")


class ResolveArguments(Arguments):
    """Arguments of `resolve`."""

    url: Url = Field(description="the link")
