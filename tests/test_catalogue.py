"""The catalogue as a collection: every operation is whole, documented, and refuses what it cannot ask."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from igcrawl.calling.wire import to_wire
from igcrawl.cli.operations_check import faults_of
from igcrawl.doc_ids import shipped_queries
from igcrawl.errors import BadInput
from igcrawl.items import Follow, Profile
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import FAMILIES, OPERATIONS, find_operation
from igcrawl.operations.operation import Need, Operation
from igcrawl.operations.request_templates import Arg
from igcrawl.parsing.reader import Reader
from spiders.operation import AnyOperationSpider, given_seed
from tests.conftest import Scrapy
from tests.test_wire import ROWS as WIRE_ROWS

ROWS = set(
    """user_profile user_lookup user_stream username_stream web_profile_info user_info chaining suggestion_details
    recommended_accounts related_profiles resolve audio_clips media_info offensive_comment followers following
    followers_rest following_rest user_clips user_feed followers_web inbox_tray region_hint audio_trend_categories
    memories_pog mark_inbox_seen keyword_typeahead typeahead_stream typeahead_users serp accounts_serp reels_serp
    top_serp comment_infos web_doc_id mobile_doc_id""".split()  # noqa: SIM905 - a table of names reads best as text
)


def declared() -> list[Operation]:
    return [operation for family in FAMILIES for operation in family.OPERATIONS]


def faults(*operations: Operation) -> list[str]:
    return list(faults_of(operations, shipped_queries()))


def test_every_required_operation_is_there() -> None:
    assert set(OPERATIONS) >= ROWS


def test_the_catalogue_has_no_fault() -> None:
    assert list(faults_of(declared(), shipped_queries())) == []


def test_each_kind_of_fault_is_found() -> None:
    chaining = replace(OPERATIONS["chaining"], other_names=())
    profile = replace(OPERATIONS["user_profile"], fallback=None, other_names=())
    assert isinstance(profile.reader, Reader)
    swapped = dict(reversed(list(profile.reader.fields.items())))
    found = faults(
        chaining,
        chaining,
        replace(chaining, name="a", query={"target_id": Arg("user_id"), "x": Arg("surprise")}),
        replace(chaining, name="b", arguments=OPERATIONS["suggestion_details"].arguments),
        replace(profile, name="c", query_name="NobodyRegisteredIt"),
        replace(profile, name="d", query_name="FollowersList"),
        replace(chaining, name="e", needs=(Need(operation="nothing", args={"user_id": Arg("user_id")}),)),
        replace(profile, name="f", reader=replace(profile.reader, fields=swapped)),
        replace(profile, name="g", reader=replace(profile.reader, record=Follow)),
        replace(chaining, name="h", fallback="nobody"),
    )
    assert found[0] == "chaining: declared 2 times"
    assert found[1:] == [
        "a: argument surprise is used and not declared",
        "b: argument chained_ids is declared and not used",
        "c: query NobodyRegisteredIt has no doc_id in doc_ids.toml",
        "d: query FollowersList is registered for mobile_graphql, not for web_graphql",
        "e: there is no operation nothing, which it also asks",
        "f: the reader's fields are not those of Profile, in its order",
        "g: the reader's fields are not those of Follow, in its order",
        "h: there is no operation nobody, which it also asks",
    ]


def test_the_command_checks_the_catalogue(scrapy: Scrapy) -> None:
    run = scrapy("operations", "--check")
    assert (run.code, run.out) == (0, f"{len(OPERATIONS)} operations, 0 faults\n")


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_can_be_asked_with_its_examples(name: str) -> None:
    operation = OPERATIONS[name]
    args = operation.check(
        {key: argument.example for key, argument in operation.arguments.items() if argument.required}
    )
    request = to_wire(operation, Call(name, args, None, "token"), "12345", "root")
    assert request.path.startswith(("/", "https://"))
    assert "{" not in request.path
    assert operation.target_of(args)


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.paging])
def test_a_cursor_changes_what_is_asked_and_nothing_else_does(name: str) -> None:
    operation = OPERATIONS[name]
    given = {key: argument.example for key, argument in operation.arguments.items() if argument.required}
    cursor = {"reels_serp": '{"reels_max_id":"r:1"}', "top_serp": '{"next_max_id":"1"}', "comment_infos": "50"}
    if name.endswith("doc_id"):
        given["cursor_in"] = "data.after"
    if name == "comment_infos":
        given["media_ids"] = [f"{number}_1" for number in range(51)]
    args = operation.check(given)
    taken = operation.check_cursor(cursor.get(name, "QVFB"), args)
    first = to_wire(operation, Call(name, args, None, "token"), "12345", "root")
    page = to_wire(operation, Call(name, args, taken, "token"), "12345", "root")
    assert page != first
    assert (page.method, page.host, page.path, page.headers) == (first.method, first.host, first.path, first.headers)


def test_an_unknown_operation_suggests_the_nearest_names() -> None:
    with pytest.raises(BadInput, match="no operation 'folowers'; did you mean followers"):
        find_operation("folowers")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"name": "chaning"}, "no operation 'chaning'; did you mean chaining"),
        ({"name": "chaining"}, "chaining: missing argument 'user_id'; allowed: user_id, username in place of user_id"),
        ({"name": "chaining", "args": '{"user":"1"}'}, "chaining: unknown argument 'user'; did you mean user_id, "),
        ({"name": "chaining", "args": '{"user_id":"abc"}'}, "chaining: user_id=abc: "),
        ({"name": "chaining", "args": '{"username":"a b"}'}, "chaining: username=a b: "),
        ({"name": "chaining", "args": '{"user_id":1,"username":"a"}'}, "chaining: give user_id or username, not both"),
        ({"name": "region_hint", "args": '{"user_id":1}'}, "region_hint: unknown argument 'user_id'; allowed: none"),
        ({"name": "chaining", "user_id": "abc"}, "chaining: user_id=abc: expected the account's numeric id"),
        ({"name": "chaining", "user_id": "1", "username": "a"}, "chaining: give user_id or username, not both"),
        ({"name": "chaining", "user_id": "1", "args": "{}"}, "give user_id either in args='{…}' or each by its own"),
        ({"name": "chaining", "usr_id": "1"}, "chaining: unknown argument 'usr_id'; did you mean user_id"),
        ({"name": "region_hint", "query": "1"}, "region_hint: unknown argument 'query'; "),
        (
            {"name": "user_folowers_v1"},
            "no operation 'user_folowers_v1'; did you mean user_followers_v1 (= followers_rest)",
        ),
        ({"name": "chaining", "args": "user_id=1"}, "args=user_id=1: expected a JSON object"),
        ({"name": "chaining", "args": "[1]"}, "args="),
        ({"name": "top_serp", "args": '{"query":"  "}'}, "top_serp: query= : is empty"),
        ({"name": "comment_infos", "args": '{"media_ids":["1_2","x y"]}'}, "comment_infos: media_ids="),
        ({"name": "comment_infos", "args": '{"media_ids":[]}'}, "comment_infos: media_ids=[]: is empty"),
        ({"name": "followers", "args": '{"user_id":1,"order":"best"}'}, "followers: order=best: "),
        ({"name": "followers_rest", "args": '{"user_id":1,"page_size":201}'}, "followers_rest: page_size=201: "),
        ({"name": "resolve", "args": '{"url":"ftp://a/b"}'}, "resolve: url=ftp://a/b: expected an http or https URL"),
        (
            {"name": "resolve", "args": '{"url":"http://me:pw@a/b"}'},
            "resolve: url=http://me:pw@a/b: expected a URL without",
        ),
        ({"name": "serp", "args": '{"query":"x","item_id":"../y","search_surface":"z"}'}, "serp: item_id=../y: "),
        ({"name": "chaining", "args": '{"user_id":1}', "cursor": "x"}, "chaining has one page: it takes no cursor"),
        ({"name": "top_serp", "args": '{"query":"x"}', "cursor": "plain"}, "cursor=plain: expected a JSON object"),
        (
            {"name": "top_serp", "args": '{"query":"x"}', "cursor": '{"a":"b"}'},
            'cursor={"a":"b"}: expected a JSON object',
        ),
        ({"name": "comment_infos", "args": '{"media_ids":"1,2"}', "cursor": "2"}, "cursor=2: "),
        ({"name": "mark_inbox_seen"}, "mark_inbox_seen changes something on the server"),
        ({}, "give one: name="),
        ({"name": "chaining", "doc_id": "12345"}, "give one: name="),
        ({"name": "chaining", "variables": "{}"}, "variables goes with doc_id="),
        ({"doc_id": "abc"}, "doc_id=abc: expected a number of 5 to 40 digits"),
        ({"doc_id": "12345", "variables": "{"}, "variables={: expected a JSON object"),
        ({"doc_id": "12345", "friendly_name": "X"}, "friendly_name and root_field go together"),
        ({"doc_id": "12345", "cursor_in": "after"}, "cursor_in and cursor_out go together"),
        ({"doc_id": "12345", "cursor": "x"}, "cursor: say with cursor_in="),
        ({"name": "chaining", "args": '{"user_id":1}', "max_pages": "-1"}, "max_pages=-1: "),
        (
            {"name": "chaining", "args": '{"user_id":1}', "pages": "1"},
            "chaining: unknown argument 'pages'; did you mean max_pages, args? targets: user_id, username; further arg",
        ),
    ],
    ids=lambda value: " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_what_cannot_be_asked_is_refused_in_one_line(given: dict[str, str], problem: str) -> None:
    with pytest.raises(BadInput) as refusal:
        AnyOperationSpider.check(given)
    assert str(refusal.value).startswith(problem)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.arguments])
def test_an_operation_s_arguments_may_each_have_their_own_a(name: str) -> None:
    operation = OPERATIONS[name]
    examples = {key: argument.example for key, argument in operation.arguments.items()}
    as_text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in examples.items()}
    confirmed = {"confirm": "1"} if operation.changes_server else {}
    one_by_one = AnyOperationSpider.check({"name": name, **as_text, **confirmed})
    as_json = AnyOperationSpider.check({"name": name, "args": json.dumps(examples), **confirmed})
    assert one_by_one.crawl_shape() == as_json.crawl_shape()
    assert given_seed(one_by_one) == given_seed(as_json)


def test_every_row_of_the_wire_is_known_by_its_file_s_name() -> None:
    assert {row: find_operation(row).name for row, _, _, _, _ in WIRE_ROWS} == {
        row: name for row, _, name, _, _ in WIRE_ROWS
    }


def test_other_names_are_methods_of_the_peers_and_none_stands_twice() -> None:
    sources = [
        path.read_text("utf-8")
        for peer in ("aiograpi", "instagrapi")
        for path in (Path(str(find_spec(peer).origin)).parent / "mixins").glob("*.py")  # type: ignore[union-attr]
    ]
    methods = set(re.findall(r"^    (?:async )?def ([a-z]\w+)\(", "\n".join(sources), re.MULTILINE))
    others = [name for operation in declared() for name in operation.other_names]
    assert [name for name in others if name not in methods] == []
    assert len(set(others) | set(OPERATIONS)) == len(others) + len(OPERATIONS)


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("user_followers_v1_chunk", "followers_rest"),
        ("user_followers_gql", "followers_web"),
        ("user_followers", "followers"),
        ("fbsearch_topsearch_v2", "top_serp"),
        ("user_medias_v1", "user_feed"),
    ],
)
def test_another_name_leads_to_the_operation_on_its_surface(name: str, own: str) -> None:
    assert find_operation(name) is OPERATIONS[own]
    # It is one crawl, whatever the name.
    given = {"query": "x"} if "search" in name else {"user_id": "1"}
    by_other, by_own = (AnyOperationSpider.check({"name": each, **given}) for each in (name, own))
    assert by_other.crawl_shape() == by_own.crawl_shape()


def test_another_name_of_two_operations_is_a_fault() -> None:
    chaining = OPERATIONS["chaining"]
    twice = replace(chaining, name="mine", other_names=("user_followers_v1", "related_profiles"))
    assert faults(*declared(), twice) == [
        "user_followers_v1: another name of followers_rest and mine",
        "related_profiles: a name of an operation, and another name of mine",
    ]


def test_ids_are_text_in_calls_whatever_json_says() -> None:
    assert OPERATIONS["chaining"].check({"user_id": 25025320}) == {"user_id": "25025320"}
    big = OPERATIONS["suggestion_details"].check({"user_id": 1, "chained_ids": [2**63, "7"]})
    assert big["chained_ids"] == ["9223372036854775808", "7"]


def test_a_list_longer_than_fifty_is_asked_for_in_parts_and_in_its_order() -> None:
    operation = OPERATIONS["comment_infos"]
    ids = [f"{number}_1" for number in range(1, 52)]
    args: dict[str, Any] = operation.check({"media_ids": ",".join(ids)})
    assert operation.paging is not None
    asked, cursor = [], None
    while True:
        request = to_wire(operation, Call(operation.name, args, cursor))
        asked.append(request.query["media_ids"].split(","))
        end = operation.paging.page_end({}, operation.name, args, cursor)
        if end.cursor is None:
            break
        cursor = end.cursor
    assert asked == [ids[:50], ids[50:]]
    assert end.whole


def test_records_of_an_operation_are_told_apart_by_their_keys() -> None:
    for operation in declared():
        for part in operation.reader.parts:
            assert set(part.record.KEY) <= set(part.record.__dataclass_fields__)
    assert Profile.KEY == ("pk",)
