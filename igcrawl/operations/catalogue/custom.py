"""Any registered query, by its doc_id: records when a reader of the catalogue knows the answer's root."""

from __future__ import annotations

from typing import Final

from igcrawl.arguments.types import DocIdText, DottedPath, QueryName, Variables
from igcrawl.items import Payload
from igcrawl.operations.catalogue import inbox, media, profiles, relations, suggestions
from igcrawl.operations.operation import Argument, Need, Operation, Surface
from igcrawl.operations.paging import GivenPaths
from igcrawl.operations.request_templates import GivenVariables
from igcrawl.parsing.combined_readers import KnownRoots
from igcrawl.parsing.reader import Reader

_FAMILIES: Final = (profiles, relations, suggestions, media)
_READER: Final = KnownRoots(
    tuple(
        part
        for family in _FAMILIES
        for operation in family.OPERATIONS
        for part in operation.reader.parts
        if part.head[:1] == ("data",)
    ),
    plain=inbox.plain_data(),
)
_QUERY: Final = {
    "doc_id": Argument("the query's registered id", DocIdText, "25980296051578533"),
    "variables": Argument("its variables, a JSON object", Variables, {"id": "25025320"}),
    "cursor_in": Argument(
        "where in the variables the cursor goes in, e.g. data.max_id", DottedPath, "after", required=False
    ),
    "cursor_out": Argument(
        "where in the answer's data it comes out, e.g. xdt_user_clips_graphql.paging_info.max_id",
        DottedPath,
        "user.edges.page_info.end_cursor",
        required=False,
    ),
}

OPERATIONS: Final = (
    Operation(
        name="web_doc_id",
        other_names=("public_doc_id_graphql_request",),
        about="any registered query of the web",
        surface=Surface.WEB_GRAPHQL,
        arguments={
            **_QUERY,
            "lsd": Argument("1 asks for the LSD token of a page first and sends it along", bool, True, required=False),
        },
        variables=GivenVariables("variables", "cursor_in"),
        needs=(Need(operation="web_page", when="lsd"),),
        reader=_READER,
        paging=GivenPaths("cursor_out", "cursor_in"),
    ),
    Operation(
        name="mobile_doc_id",
        other_names=("private_graphql_query_request",),
        about="any registered query of the app",
        surface=Surface.MOBILE_GRAPHQL,
        arguments={
            **_QUERY,
            "friendly_name": Argument("the query's name", QueryName, "MyCustomQuery"),
            "root_field": Argument("root of its answer", QueryName, "xdt_my_custom_root"),
        },
        variables=GivenVariables("variables", "cursor_in"),
        reader=_READER,
        paging=GivenPaths("cursor_out", "cursor_in"),
    ),
    Operation(
        name="web_page",
        about="the web's first page, of which only the LSD token is kept: asked before web_doc_id with lsd",
        surface=Surface.PAGE,
        path="/",
        arguments={},
        reader=Reader(at=("data",), single=True, record=Payload, fields=inbox.plain_data().fields),
    ),
)
