"""Spider arguments: small models, the description on the field. What they refuse is refused before anything is sent."""

from __future__ import annotations

from igcrawl.arguments.base import IGNORED, Arguments
from igcrawl.arguments.calls import (
    AudioArguments,
    ClipsArguments,
    ResolveArguments,
    SearchArguments,
    SuggestionsArguments,
    Tab,
    Typeahead,
    TypeaheadArguments,
)
from igcrawl.arguments.given_targets import AccountArguments, BadLines, MediaArguments, TargetArguments
from igcrawl.arguments.graph import GraphArguments, Only
from igcrawl.arguments.lists import ListArguments, ListSurface, Order, Since
from igcrawl.arguments.operation import OperationArguments
from igcrawl.arguments.problems import problem_of
from igcrawl.arguments.targets import GivenTarget, Target

__all__ = [
    "IGNORED",
    "AccountArguments",
    "Arguments",
    "AudioArguments",
    "BadLines",
    "ClipsArguments",
    "GivenTarget",
    "GraphArguments",
    "ListArguments",
    "ListSurface",
    "MediaArguments",
    "Only",
    "OperationArguments",
    "Order",
    "ResolveArguments",
    "SearchArguments",
    "Since",
    "SuggestionsArguments",
    "Tab",
    "Target",
    "TargetArguments",
    "Typeahead",
    "TypeaheadArguments",
    "problem_of",
]
