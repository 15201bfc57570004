"""Spider arguments: small models, the description on the field. What they refuse is refused before anything is sent."""

from __future__ import annotations

from igcrawl.arguments.base import IGNORED, Arguments
from igcrawl.arguments.calls import (
    AccountArguments,
    AudioArguments,
    ClipsArguments,
    CommentsArguments,
    MediaArguments,
    ResolveArguments,
    SearchArguments,
    SuggestionsArguments,
    Tab,
    Typeahead,
    TypeaheadArguments,
)
from igcrawl.arguments.graph import GraphArguments, Only
from igcrawl.arguments.lists import ListArguments, ListSurface, Order, Since
from igcrawl.arguments.operation import OperationArguments
from igcrawl.arguments.problems import problem_of
from igcrawl.arguments.profiles import ProfilesArguments
from igcrawl.arguments.target_file import TargetFile, read_target_file

__all__ = [
    "IGNORED",
    "AccountArguments",
    "Arguments",
    "AudioArguments",
    "ClipsArguments",
    "CommentsArguments",
    "GraphArguments",
    "ListArguments",
    "ListSurface",
    "MediaArguments",
    "Only",
    "OperationArguments",
    "Order",
    "ProfilesArguments",
    "ResolveArguments",
    "SearchArguments",
    "Since",
    "SuggestionsArguments",
    "Tab",
    "TargetFile",
    "Typeahead",
    "TypeaheadArguments",
    "problem_of",
    "read_target_file",
]
