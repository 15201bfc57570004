"""One operation: how to ask for it and how to read its pages. Frozen data; the catalogue holds all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter, ValidationError

from igcrawl.arguments import problem_of
from igcrawl.arguments.types import Username
from igcrawl.errors import BadInput
from igcrawl.operations.call import AnswerKind, Call
from igcrawl.operations.cursors import Chunk
from igcrawl.operations.paging import ChunkPages, Paging
from igcrawl.operations.request_templates import Place, arguments_in
from igcrawl.parsing.json_paths import Path
from igcrawl.parsing.reader import AnyReader
from igcrawl.wording import did_you_mean, nearest

#: A list of targets longer than this is named by its number and a hash: it stands in every record.
_LONGEST_TARGET = 100


class Surface(StrEnum):
    """Surfaces: where and how an operation is sent; `PAGE` is a page of the website itself."""

    MOBILE_GRAPHQL = "mobile_graphql"
    WEB_GRAPHQL = "web_graphql"
    WEB_QUERY_HASH = "web_query_hash"
    REST = "rest"
    HEAD = "head"
    PAGE = "page"

    @property
    def is_graphql(self) -> bool:
        """True if it asks for a registered query, whose doc_id can be rotated."""
        return self in {Surface.MOBILE_GRAPHQL, Surface.WEB_GRAPHQL, Surface.WEB_QUERY_HASH}

    @property
    def answer_kind(self) -> AnswerKind:
        """The kind of a good answer."""
        return {Surface.HEAD: AnswerKind.REDIRECT, Surface.PAGE: AnswerKind.PAGE}.get(self, AnswerKind.JSON)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an operation.

    Args:
        about: what it is, for the operator.
        kind: its type for pydantic, one of `igcrawl.arguments.types`.
        example: a value, as JSON has it.
        required: whether a call must have it.
        instead: an argument that may be given in its place; a call of its own then finds this one.
    """

    about: str
    kind: Any
    example: Any
    required: bool = True
    instead: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A call that must come before.

    Args:
        operation: what is asked.
        args: template of its arguments.
        gives: the argument that its answer gives; a call that has it needs nothing. None when the signer takes
            from the answer what it needs.
        at: path in the answer to the argument's value.
        when: the need is there only if the call has this argument.
    """

    operation: str
    args: Mapping[str, Place] = field(default_factory=dict)
    gives: str | None = None
    at: Path = ()
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Continuation:
    """A second call, about the record whose username is exactly the one asked for; its answer gives the records.

    Args:
        operation: what is asked; its `user_id` is the record's pk.
    """

    operation: str


@dataclass(frozen=True, kw_only=True)
class Operation:
    """An operation: its request and its reader. Keys of templates go over the wire in their order.

    Args:
        name: as `scrapy operations` lists it.
        about: what it asks for, one line.
        surface: where it is sent.
        arguments: by name; the first is the target.
        reader: reads a page's records.
        paging: None for an operation that has one page.
        query_name: GraphQL only: its name in `doc_ids.toml`, which is the friendly name it is sent with; None for an
            operation whose arguments hold doc_id and names.
        variables: GraphQL only: template of the variables.
        method: REST only.
        path: REST only: template, ``{name}`` stands for an argument.
        query: REST only: template of the query string.
        signed_body: REST POST only: template of the body.
        headers: what it sends beside the surface's block.
        needs: calls that come before the first page.
        then: the call that comes after.
        counted_by: field of the target's profile that says how many records the list holds; None when nothing does.
        planned_by: field of that profile that tells a plan how long the list is, where no walk is held against it.
        planned_at_most: whether the list may be shorter than `planned_by` says.
        not_known: what nobody has tested of the list on this surface beside the main one, for who is advised to take
            it; None where it is never advised.
        page_sizes: the fewest and the most records seen on a page; None when a plan cannot tell. An argument
            `page_size` replaces both.
        same_list_as: name of the operation that reads the same list on its main surface; None for that one itself.
        fallback: name of the operation that stands in on another surface, with the same target, when no doc_id works.
        only: of the records that another operation gives in its place, those with these values in these fields.
        changes_server: whether it changes something on the server: it is asked only when the operator confirms.
        other_names: methods of aiograpi and instagrapi that ask for the same, on this surface if they choose one.
    """

    name: str
    about: str
    surface: Surface
    arguments: Mapping[str, Argument]
    reader: AnyReader
    paging: Paging | None = None
    query_name: str | None = None
    variables: Mapping[str, Any] | Place = field(default_factory=dict)
    method: str = "GET"
    path: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    signed_body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()
    then: Continuation | None = None
    counted_by: str | None = None
    planned_by: str | None = None
    planned_at_most: bool = False
    page_sizes: tuple[int, int] | None = None
    not_known: str | None = None
    same_list_as: str | None = None
    fallback: str | None = None
    only: Mapping[str, Any] = field(default_factory=dict)
    changes_server: bool = False
    other_names: tuple[str, ...] = ()

    @property
    def list_name(self) -> str:
        """The name of the list that it reads, the same on every surface."""
        return self.same_list_as or self.name

    def sizes_of_pages(self, args: Mapping[str, Any]) -> tuple[int, int] | None:
        """Return the fewest and the most records on a page of a call, None when it is not known.

        Args:
            args: of the call.
        """
        if "page_size" in self.arguments and args.get("page_size"):
            asked = int(args["page_size"])
            return asked, asked
        return self.page_sizes

    @property
    def chunk(self) -> Chunk | None:
        """The list argument of which a call takes a part; None for an operation that has none."""
        return self.paging.chunk if isinstance(self.paging, ChunkPages) else None

    @property
    def record_type(self) -> str:
        """The `type` of its records."""
        return self.reader.record.TYPE

    @cached_property
    def used_arguments(self) -> set[str]:
        """The names of the arguments that its templates, needs and readers use."""
        templates = [self.path, self.query, self.variables, self.signed_body, *(need.args for need in self.needs)]
        used = set().union(*map(arguments_in, templates))
        return used | {need.when for need in self.needs if need.when} | set(self.surface_arguments)

    @property
    def surface_arguments(self) -> tuple[str, ...]:
        """The arguments that the surface takes itself, for a query whose doc_id is not registered here."""
        if self.surface is Surface.HEAD:
            return ("url",)
        if not self.surface.is_graphql or self.query_name is not None:
            return ()
        names = ("friendly_name", "root_field") if self.surface is Surface.MOBILE_GRAPHQL else ("lsd",)
        return ("doc_id", "cursor_out", *names)

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of a call, checked.

        Args:
            given: by name, as JSON or the command line gives them.

        Raises:
            BadInput: one is unknown, missing or cannot be used; the error names those that are allowed.
        """
        replacing = {argument.instead: name for name, argument in self.arguments.items() if argument.instead}
        for name in given:
            if name not in self.takes:
                raise self._unknown(name)
            if replacing.get(name) in given:
                raise BadInput(f"{self.name}: give {replacing[name]} or {name}, not both")
        checked = {}
        for name, argument in self.arguments.items():
            if given.get(name) is not None:
                checked[name] = self._checked(name, argument, given[name])
            elif argument.instead and given.get(argument.instead) is not None:
                checked[argument.instead] = self._checked(argument.instead, None, given[argument.instead])
            elif argument.required:
                raise BadInput(f"{self.name}: missing argument {name!r}; allowed: {self.allowed}")
        return checked

    def check_given(self, given: Mapping[str, Any]) -> None:
        """Check arguments of which none need be there.

        Raises:
            BadInput: one is unknown or cannot be used.
        """
        for name, value in given.items():
            if name not in self.takes:
                raise self._unknown(name)
            self._checked(name, self.arguments.get(name), value)

    def _checked(self, name: str, argument: Argument | None, value: Any) -> Any:
        kind, about = (Username, "the account's name") if argument is None else (argument.kind, argument.about)
        try:
            return TypeAdapter(kind).validate_python(value)
        except ValidationError as errors:
            raise BadInput(f"{self.name}: {name}={str(value)[:60]}: {problem_of(errors, about)}") from None

    def _unknown(self, name: str) -> BadInput:
        meant = did_you_mean(nearest(name, self.takes))
        return BadInput(f"{self.name}: unknown argument {name!r}; {meant}allowed: {self.allowed}")

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of its arguments, and of those that may stand in the place of one."""
        return (*self.arguments, *(argument.instead for argument in self.arguments.values() if argument.instead))

    @property
    def allowed(self) -> str:
        """The arguments in the operator's words; optional ones in brackets."""
        names = [name if argument.required else f"[{name}]" for name, argument in self.arguments.items()]
        names += [f"{a.instead} in place of {name}" for name, a in self.arguments.items() if a.instead]
        return ", ".join(names) or "none"

    def check_cursor(self, cursor: str, args: Mapping[str, Any]) -> str:
        """Return a cursor that the operator gave.

        Raises:
            BadInput: the operation has none, or not this one.
        """
        if self.paging is None:
            raise BadInput(f"{self.name} has one page: it takes no cursor")
        return self.paging.given(cursor, args)

    def target_of(self, args: Mapping[str, Any]) -> str:
        """Return the target that a walk with these arguments is named by; ``self`` for the session's own account."""
        first = next(iter(self.arguments), None)
        if first is None:
            return "self"
        value = args.get(first, args.get(self.arguments[first].instead or ""))
        text = ",".join(value) if isinstance(value, list) else str(value)
        if len(text) <= _LONGEST_TARGET:
            return text
        digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]
        return f"{len(value)}-{first}-{digest}" if isinstance(value, list) else f"{text[:40]}-{digest}"

    def call(self, **args: Any) -> Call:
        """Return a call without a walk, for what comes before one."""
        return Call(self.name, args)
