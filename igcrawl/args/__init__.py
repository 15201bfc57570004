"""Spider arguments: small models, the description on the field. What they refuse is refused before anything is sent."""

from __future__ import annotations

from igcrawl.args.base import IGNORED, Arguments, problem_of
from igcrawl.args.families import (
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
from igcrawl.args.graph import GraphArguments, Only
from igcrawl.args.lists import ListArguments, Order, Since, Surface
from igcrawl.args.operation import OperationArguments
from igcrawl.args.profiles import ProfilesArguments, read_targets

__all__ = [
    "IGNORED",
    "AccountArguments",
    "Arguments",
    "AudioArguments",
    "ClipsArguments",
    "CommentsArguments",
    "GraphArguments",
    "ListArguments",
    "MediaArguments",
    "Only",
    "OperationArguments",
    "Order",
    "ProfilesArguments",
    "ResolveArguments",
    "SearchArguments",
    "Since",
    "SuggestionsArguments",
    "Surface",
    "Tab",
    "Typeahead",
    "TypeaheadArguments",
    "problem_of",
    "read_targets",
]
