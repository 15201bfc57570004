"""Which doc_id is asked first, and what the operator's own file may say."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from scrapy.settings import Settings

from igcrawl.calling.wire import to_wire
from igcrawl.config.config import read_config
from igcrawl.doc_ids import DocIds, Origin, own_path, read_own, shipped_queries
from igcrawl.doc_ids.own_file import check_own
from igcrawl.errors import BadInput
from igcrawl.operations.call import Call
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.operations.operation import Operation, Surface
from igcrawl.simulator import Simulator
from tests.conftest import ROOT, Scrapy

SHIPPED = "284797047911918316998205836755"
OLDER = "28479704797510738576165798526"
QUERIES = [operation for operation in OPERATIONS.values() if operation.query_name]


def own(folder: Path, text: str) -> DocIds:
    path = folder / "doc_ids.toml"
    path.write_text(text)
    return DocIds(own=read_own(path))


def sent(operation: Operation, doc_ids: DocIds, number: int = 0) -> dict[str, object]:
    """The variables that go out with an operation's id."""
    arguments = {name: argument.example for name, argument in operation.arguments.items() if argument.required}
    chosen = doc_ids.candidates(operation.name, operation.query_name or "")[number]
    call = Call(operation.name, operation.check(arguments), rank_token="token")
    wire = to_wire(operation, call, chosen.id, "root", chosen.variables)
    form = wire.form or wire.query
    assert chosen.id in form.values()
    return dict(orjson.loads(form["variables"]))


def test_the_shipped_registry_knows_the_older_ids_of_public_code() -> None:
    known = {each.id for query in shipped_queries().values() for each in query.ids}
    assert known >= {
        OLDER,
        "161046392817718486717479294775",
        "25980296051578533",
        "27937681195819736",
        "38611279431804694",
    }
    for query in shipped_queries().values():
        assert len({each.id for each in query.ids}) == len(query.ids)
        assert all(each.source and each.origin is Origin.SHIPPED for each in query.ids)
        dated = [each.seen for each in query.ids if each.seen]
        assert dated == sorted(dated, reverse=True)


def test_a_setting_goes_before_the_own_file_and_that_before_what_is_shipped(tmp_path: Path) -> None:
    doc_ids = own(tmp_path, f'[FollowersList]\nids = [{{ id = "11111" }}, {{ id = "{OLDER}", source = "me" }}]')
    listed = doc_ids.candidates("followers", "FollowersList")
    assert [each.id for each in listed[:3]] == ["11111", OLDER, SHIPPED]
    assert [each.origin for each in listed[:3]] == [Origin.OWN_FILE, Origin.OWN_FILE, Origin.SHIPPED]
    assert len({each.id for each in listed}) == len(listed)

    read = read_own(tmp_path / "doc_ids.toml")
    first = DocIds({"followers": "22222"}, read).candidates("followers", "FollowersList")[0]
    assert (first.id, first.origin, first.source) == ("22222", Origin.SETTING, "IG_DOC_ID_followers")
    other = DocIds({"following": "22222"}, read)
    assert other.candidates("followers", "FollowersList")[0].id == "11111"
    assert other.root_field("FollowersList") == "xdt_api__v1__friendships__followers"


def test_a_setting_that_names_a_known_id_keeps_what_that_id_needs() -> None:
    chosen = DocIds({"user_profile": "38611279431804694"}).candidates("user_profile", "PolarisProfilePageContentQuery")
    assert chosen[0].variables["__relay_internal__pv__PolarisLongformEnabledrelayprovider"] is False
    assert [each.id for each in chosen].count("38611279431804694") == 1


def test_an_own_id_that_is_shipped_too_keeps_what_it_needs(tmp_path: Path) -> None:
    doc_ids = own(tmp_path, '[PolarisProfilePageContentQuery]\nids = [{ id = "38611279431804694" }]')
    first = doc_ids.candidates("user_profile", "PolarisProfilePageContentQuery")[0]
    assert (first.origin, first.variables["render_surface"]) == (Origin.OWN_FILE, None)


@pytest.mark.parametrize("operation", QUERIES, ids=lambda operation: operation.name)
def test_every_id_goes_out_with_the_variables_that_it_needs(operation: Operation) -> None:
    doc_ids = DocIds()
    for number, known in enumerate(doc_ids.candidates(operation.name, operation.query_name or "")):
        variables = sent(operation, doc_ids, number)
        for name, value in known.variables.items():
            assert variables.get(name) == value
            assert (name in variables) is (value is not None)


def test_variables_are_added_replaced_and_left_out_also_inside_objects(tmp_path: Path) -> None:
    doc_ids = own(
        tmp_path,
        '[FollowersList]\n[[FollowersList.ids]]\nid = "11111"\nwithout = ["skip_big_list", "request_data.rank_token", '
        '"nothing.there"]\nvariables = { query = "x", request_data = { enableGroups = false }, fresh.inner = 5 }',
    )
    changed, usual = sent(OPERATIONS["followers"], doc_ids), sent(OPERATIONS["followers"], DocIds())
    assert changed.pop("fresh") == {"inner": 5}
    assert changed.pop("request_data") == {"enableGroups": False}
    assert changed.pop("query") == "x"
    assert changed == {name: value for name, value in usual.items() if name in changed}
    assert set(usual) - set(changed) == {"request_data", "query", "skip_big_list"}


def test_the_own_file_is_named_by_the_setting_or_lies_beside_scrapy_cfg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scrapy.cfg").touch()
    folder = tmp_path / "inner"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert own_path("x/y.toml") == Path("x/y.toml")
    assert own_path().resolve() == (tmp_path / "doc_ids.toml").resolve()
    # One that lies here is another project's, or nobody's.
    (folder / "doc_ids.toml").touch()
    assert own_path().resolve() == (tmp_path / "doc_ids.toml").resolve()


def test_dates_may_be_written_as_toml_has_them(tmp_path: Path) -> None:
    doc_ids = own(tmp_path, '[FollowersList]\nids = [{ id = "11111", seen = 2026-11-24 }]')
    assert doc_ids.candidates("followers", "FollowersList")[0].seen == "2026-11-24"


def test_a_query_of_one_s_own_needs_a_surface_only(tmp_path: Path) -> None:
    doc_ids = own(tmp_path, '[MyQuery]\nsurface = "web_graphql"\nids = [{ id = "11111" }]')
    assert doc_ids.queries["MyQuery"].surface == Surface.WEB_GRAPHQL
    assert doc_ids.root_field("MyQuery") == ""


FAULTS = {
    "[FollowersList": "not TOML: ",
    "FollowersList = 5": "FollowersList: expected a table with surface, root_field, ids",
    "[FollowersList]\nids = []": "FollowersList: ids: expected a list of tables",
    "[FollowersList]\nid = '11111'": "FollowersList: unknown key 'id'; allowed: surface, root_field, ids",
    "[FollowersList]\nids = ['11111']": "FollowersList: ids: expected tables such as",
    "[FollowersList]\nids = [{ id = 11111 }]": "FollowersList: id: expected a number in quotes, got 11111",
    "[FollowersList]\nids = [{ id = '12' }]": "FollowersList: id '12': a doc_id is a number of 5 to 40 digits",
    "[FollowersList]\nids = [{ id = '11111', sen = 'x' }]": "FollowersList: unknown key 'sen'; allowed: id, seen,",
    "[FollowersList]\nids = [{ id = '11111', seen = 'May' }]": "FollowersList: id 11111: seen: expected YYYY-MM",
    "[FollowersList]\nids = [{ id = '11111', source = 5 }]": "FollowersList: id 11111: source: expected text",
    "[FollowersList]\nids = [{ id = '11111', variables = 5 }]": "FollowersList: id 11111: variables: expected a table",
    "[FollowersList]\nids = [{ id = '11111', variables = { a.b = 07:00:00 } }]": "variables: a.b: JSON has nothing",
    "[FollowersList]\nids = [{ id = '11111', without = 'x' }]": "FollowersList: id 11111: without: expected a list",
    "[FollowersList]\nsurface = 'web'\nids = [{ id = '11111' }]": "FollowersList: surface: expected one of ",
    "[FollowersList]\nsurface = 'web_graphql'\nids = [{ id = '11111' }]": "this query is one of mobile_graphql, not",
    "[FollowersList]\nroot_field = 5\nids = [{ id = '11111' }]": "FollowersList: root_field: expected a name, got 5",
    "[MyQuery]\nids = [{ id = '11111' }]": "MyQuery: surface: expected one of ",
    "['a b']\nids = []": "a b: a query's name has letters, digits and _ only",
}


@pytest.mark.parametrize("text", FAULTS)
def test_a_fault_of_the_own_file_is_named_with_file_and_query(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput) as refused:
        own(tmp_path, text)
    assert str(refused.value).startswith(str(tmp_path / "doc_ids.toml"))
    assert FAULTS[text] in str(refused.value)


def test_a_crawl_with_a_faulty_file_is_refused_before_any_request(
    scrapy: Scrapy, tmp_path: Path, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    command = ("crawl", "followers", "-a", "user_id=25025320", "-O", "x.jsonl")
    (tmp_path / "doc_ids.toml").write_text("[FollowersList]\nids = [{ id = 'x' }]")
    missing = scrapy(*command, "-s", "IG_DOC_IDS=nothing.toml", **at_simulator)
    assert missing.err.splitlines() == ["igcrawl: IG_DOC_IDS=nothing.toml: No such file or directory"]
    run = scrapy(*command, **at_simulator)
    assert (missing.code, run.code) == (2, 2)
    (line,) = run.err.splitlines()
    assert line.startswith("igcrawl: doc_ids.toml: FollowersList: id 'x': a doc_id is a number")
    assert list(simulator.requests) == []


def test_the_embedded_simulator_passes_over_an_own_file_that_is_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "doc_ids.toml").write_text("[FollowersList]\nids = [{ id = '11111' }]")
    assert set(read_config(Settings(), OPERATIONS).own_queries) == {"FollowersList"}
    embedded = {"IG_SIMULATOR": True}
    assert read_config(Settings(embedded), OPERATIONS).own_queries == {}
    assert set(read_config(Settings(embedded | {"IG_DOC_IDS": "doc_ids.toml"}), OPERATIONS).own_queries) == {
        "FollowersList"
    }


def test_the_example_of_the_docs_is_a_file_that_can_be_used() -> None:
    text = (ROOT / "docs" / "doc_ids.md").read_text().split("```toml\n")[1].split("```")[0]
    (doc_id,) = check_own(text, Path("doc_ids.toml"))["FollowersList"].ids
    assert doc_id.variables == {
        "enable_new_badges": True,
        "request_data.enableGroups": False,
        "skip_pending_admins": None,
    }
    assert doc_id.unknown == ("viewer_name",)
