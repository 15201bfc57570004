"""Arguments of `operation`: any operation of the catalogue by its name, or any registered query by its doc_id."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, Self

from pydantic import Field, model_validator

from igcrawl.arguments.base import IGNORED, Arguments, unknown_argument
from igcrawl.arguments.types import DocIdText, DottedPath, QueryName, Variables
from igcrawl.errors import BadInput

_OF_DOC_ID: Final = ("variables", "friendly_name", "root_field", "cursor_in", "cursor_out", "lsd")


class OperationArguments(Arguments):
    """Arguments of `operation`."""

    name: str | None = Field(
        None, description="an operation, by its own or another name; `scrapy operations` lists them"
    )
    args: Variables | None = Field(
        None, description="""its arguments, a JSON object: {"user_id": "25025320"}; or each by its own -a"""
    )
    doc_id: DocIdText | None = Field(None, description="a number of 5 to 40 digits, instead of a name")
    variables: Variables | None = Field(None, description="""the query's variables, a JSON object: {"id": "1"}""")
    friendly_name: QueryName | None = Field(
        None, description="the query's name: with root_field it goes to the app's host"
    )
    root_field: QueryName | None = Field(None, description="root field of the answer; goes with friendly_name")
    cursor_in: DottedPath | None = Field(None, description="dotted path in the variables where the cursor goes in")
    cursor_out: DottedPath | None = Field(
        None, description="dotted path in the answer's data where the cursor comes out"
    )
    lsd: bool = Field(False, description="1 also sends the LSD token of a web page")
    cursor: str | None = Field(None, min_length=1, description="where to begin, as an earlier answer gave it")
    confirm: bool = Field(False, description="1 is needed for an operation that changes something on the server")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.name is None) == (self.doc_id is None):
            raise ValueError("give one: name=… (and its arguments) or doc_id=… (and variables=…)")
        beside = [name for name in _OF_DOC_ID if name in self.model_fields_set]
        if self.name is not None and beside:
            raise ValueError(f"{beside[0]} goes with doc_id=…; an operation by name takes its own arguments")
        if self.doc_id is not None and self.args is not None:
            raise ValueError("args goes with name=…; a query by doc_id takes variables='{…}'")
        if (self.friendly_name is None) != (self.root_field is None):
            raise ValueError("friendly_name and root_field go together: with both the query goes to the app's host")
        if (self.cursor_in is None) != (self.cursor_out is None):
            raise ValueError("cursor_in and cursor_out go together: where the cursor goes in and where it comes out")
        if self.lsd and self.friendly_name is not None:
            raise ValueError("lsd is the web's: it does not go with friendly_name and root_field")
        return self

    @property
    def asked(self) -> tuple[str, dict[str, Any]]:
        """The operation's name and its arguments, not yet checked against each other."""
        if self.name is not None:
            return self.name, self.args or {}
        names = ("doc_id", *_OF_DOC_ID)
        given = {name: getattr(self, name) for name in names if getattr(self, name) not in (None, False)}
        return "mobile_doc_id" if self.friendly_name else "web_doc_id", {"variables": {}, **given}


def with_own_arguments(given: Mapping[str, Any], operation: str, takes: Collection[str]) -> dict[str, Any]:
    """Return arguments in which those of the named operation, each given by its own ``-a``, stand in `args`.

    Args:
        given: what the command line gives.
        operation: the operation's own name, which stands in the result whatever name was given.
        takes: names of the operation's arguments.

    Raises:
        BadInput: one is given twice, or nobody takes it.
    """
    spiders = set(OperationArguments.model_fields).difference(_OF_DOC_ID, ("doc_id",)) | IGNORED
    own = {name: value for name, value in given.items() if name in takes and name not in spiders}
    rest = {name: value for name, value in given.items() if name not in own}
    for name in rest:
        if name not in OperationArguments.model_fields and name not in IGNORED:
            raise BadInput(f"{operation}: {unknown_argument(name, OperationArguments, takes)}")
    if own and "args" in rest:
        raise BadInput(f"give {', '.join(own)} either in args='{{…}}' or each by its own name, not both ways")
    return {**rest, "name": operation, **({"args": own} if own else {})}
