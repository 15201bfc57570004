"""Graphs out of lists: which accounts and edges they have, read back by networkx and by their schema."""

from __future__ import annotations

import argparse
import asyncio
import gzip
import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from igcrawl.analysis.destination import read_destination
from igcrawl.analysis.export_order import ExportOrder
from igcrawl.analysis.formats.account_graph import _WORST_FIRST
from igcrawl.commands.export import Command
from igcrawl.errors import BadInput
from igcrawl.items import Follow, Profile, Suggestion
from igcrawl.store import PackedRecords, PageCommit, Store, WalkRow
from igcrawl.store.packed_records import pack_lines
from igcrawl.verdict import Verdict
from tests.analysis.histories import crawl_of, exported, media, name_of, put, settings_for, walk_end
from tests.analysis.test_export_refusals import refused
from tests.store.samples import NOW, claimed, opened, seed

SUGGESTIONS = "chaining"


def list_seed(operation: str, target: object, depth: int = 1) -> Any:
    return seed(target, depth=depth, operation=operation, key=f"{operation}/{target}", subject=f"{operation}/{target}")


def edge(walk: WalkRow, pk: int, at: str = NOW, **changes: Any) -> Follow | Suggestion:
    """A record of a list: of who follows, who is followed, or who is suggested."""
    if walk.operation == SUGGESTIONS:
        return Suggestion("suggestion", walk.operation, at, name_of(walk), walk.target, 1, str(pk), **changes)
    direction = walk.operation.removesuffix("_rest")
    return Follow("follow", walk.operation, at, name_of(walk), walk.target, direction, 1, str(pk), **changes)


async def walked(store: Store, crawl: Any, *pks: int, verdict: str = "complete", records: Any = ()) -> WalkRow:
    walk = await claimed(store, crawl)
    return await put(store, walk, *records, *(edge(walk, pk) for pk in pks), walk_end(walk, verdict), verdict=verdict)


@cache
def gexf_schema() -> Any:
    from lxml import etree

    return etree.XMLSchema(etree.parse(str(Path(__file__).with_name("gexf-1.2draft.xsd"))))


def graph_of(path: Path) -> Any:
    """The graph of a file, as networkx reads it; a GEXF is valid."""
    import networkx as nx
    import pandas as pd
    from lxml import etree

    if ".gexf" in path.suffixes:
        data = path.read_bytes()
        gexf_schema().assertValid(etree.fromstring(gzip.decompress(data) if path.suffix == ".gz" else data))
        return nx.read_gexf(path)
    if path.suffix == ".graphml":
        return nx.read_graphml(path)
    nodes = pd.read_csv(path.with_name(f"{path.stem}-nodes.csv"), dtype={"Id": str}, keep_default_na=False)
    edges = pd.read_csv(path.with_name(f"{path.stem}-edges.csv"), dtype={"Source": str, "Target": str})
    assert list(nodes.columns[:2]) == ["Id", "Label"]
    assert list(edges.columns[:4]) == ["Source", "Target", "Type", "Weight"]
    assert set(edges["Type"]) <= {"Directed"}
    graph: Any = nx.MultiDiGraph()
    for row in nodes.rename(columns={"Label": "label"}).to_dict("records"):
        flags = {"true": True, "false": False, True: True, False: False}
        known = {name: flags.get(value, value) for name, value in row.items() if value != ""}
        graph.add_node(known.pop("Id"), **known)
    for row in edges.to_dict("records"):
        graph.add_edge(row.pop("Source"), row.pop("Target"), **row)
    return graph


FORMS: dict[str, dict[str, str]] = {"x.gexf": {}, "x.gexf.gz": {}, "x.graphml": {}, "x.csv": {"purpose": "gephi"}}


@pytest.mark.parametrize("name", FORMS)
async def test_edges_lead_from_who_follows_to_who_is_followed_and_nodes_say_what_is_known(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    async with opened(url) as store:
        lists = [("followers", 5), ("following", 5), (SUGGESTIONS, 5)]
        crawl = await crawl_of(store, *(list_seed(*each) for each in lists), list_seed("followers", 7, depth=2))
        walk = await claimed(store, crawl)
        own = Profile("profile", "user_profile", NOW, name_of(walk), "5", "five", follower_count=10**12)
        renamed = edge(walk, 6, at="2026-11-25T08:00:00.000Z", username="later", is_private=True)
        await put(store, walk, own, renamed, edge(walk, 7), walk_end(walk, "limited"), verdict="limited")
        walk = await claimed(store, crawl)
        earlier = edge(walk, 6, username="earlier", full_name="Six", is_verified=False)
        await put(store, walk, earlier, walk_end(walk), verdict="complete")
        await walked(store, crawl, 8)
        await walked(store, crawl, verdict="private")
    assert await exported(url, tmp_path / name, **FORMS[name]) == 0
    graph = graph_of(tmp_path / name)
    edges = {(source, target, data["kind"], data["seen_in"]) for source, target, data in graph.edges(data=True)}
    assert edges == {
        ("6", "5", "follow", "followers"),
        ("7", "5", "follow", "followers"),
        ("5", "6", "follow", "following"),
        ("5", "8", "suggestion", "chaining"),
    }
    known = dict(graph.nodes["5"])
    assert (known["label"], known["username"], int(known["follower_count"])) == ("five", "five", 10**12)
    assert (known["is_start"], known["is_walked"], known["edge_count"]) == (True, True, 4)
    lists_of_five = "chaining complete, followers limited, following complete"
    assert (known["verdict"], known["lists"]) == ("limited", lists_of_five)
    six = dict(graph.nodes["6"])
    assert (six["username"], six["full_name"], six["is_private"], six["is_verified"]) == ("later", "Six", True, False)
    assert (six["is_start"], six["is_walked"], "verdict" in six) == (False, False, False)
    seven = graph.nodes["7"]
    assert (seven["label"], seven["is_start"], seven["is_walked"], seven["verdict"]) == ("7", False, True, "private")
    if name == "x.graphml":
        assert (graph.graph["walks"], graph.graph["incomplete_walks"], graph.graph["incomplete"]) == (4, 1, "1 limited")
    if name == "x.gexf":
        assert "incomplete: 1 limited" in (tmp_path / name).read_text()
    assert "igcrawl: 4 edges, 4 nodes written to " in (err := capsys.readouterr().err)
    assert "not all walks are complete: 1 limited of 4" in err


@dataclass
class Truth:
    """A graph as it was written to the store."""

    edges: set[tuple[str, str, str]] = field(default_factory=set)
    walked: set[str] = field(default_factory=set)
    starts: set[str] = field(default_factory=set)

    def part(self, *, only_walked: bool, least: int, kind: str | None) -> tuple[set[str], set[tuple[str, str, str]]]:
        edges = {each for each in self.edges if kind in {None, each[2]}}
        if only_walked:
            edges = {each for each in edges if {each[0], each[1]} <= self.walked}
        nodes = {end for source, target, _ in edges for end in (source, target)} | self.walked
        nodes |= set() if only_walked else self.starts
        degrees = {node: sum((source == node) + (target == node) for source, target, _ in edges) for node in nodes}
        kept = {node for node in nodes if degrees[node] >= least}
        return kept, {each for each in edges if {each[0], each[1]} <= kept}


async def written_at_random(store: Store, draw: random.Random) -> Truth:
    truth = Truth()
    for key in range(draw.randint(1, 2)):
        targets = draw.sample(range(1, 12), draw.randint(2, 5))
        names = ["followers", "followers_rest", "following", SUGGESTIONS]
        # Each list stands in one crawl only: what is exported is the latest of each.
        lists = [(draw.choice(names[2 * key : 2 * key + 2]), target, draw.choice([1, 2])) for target in targets]
        crawl = await crawl_of(store, *(list_seed(*each) for each in lists), key=str(key))
        for _ in range(draw.randint(1, len(lists))):
            walk = await claimed(store, crawl)
            pks = [pk for pk in draw.sample(range(1, 30), draw.randint(0, 12)) if str(pk) != walk.target]
            verdict = draw.choice(["complete", "limited", "private", "throttled"])
            end = [] if verdict == "throttled" else [walk_end(walk, verdict)]
            other = [media(walk, 99)]
            await put(store, walk, *(edge(walk, pk) for pk in pks * 2), *other, *end, verdict=verdict)
            truth.edges |= {true_edge(walk, str(pk)) for pk in pks}
        async for walk in store.walks.all(crawl.id):
            truth.walked |= {walk.target} if walk.fence else set()
            truth.starts |= {walk.target} if walk.depth == 1 else set()
    return truth


def true_edge(walk: WalkRow, pk: str) -> tuple[str, str, str]:
    if walk.operation == SUGGESTIONS:
        return walk.target, pk, "suggestion"
    return (walk.target, pk, "follow") if walk.operation == "following" else (pk, walk.target, "follow")


@pytest.mark.parametrize("number", range(8))
async def test_a_graph_of_any_lists_has_the_accounts_and_edges_that_it_should(tmp_path: Path, number: int) -> None:
    print("seed", number)
    draw = random.Random(number)
    url = f"sqlite:///{tmp_path}/s.db"
    async with opened(url) as store:
        truth = await written_at_random(store, draw)
    for _ in range(6):
        name = draw.choice(list(FORMS))
        nodes, least = draw.choice([None, "all", "walked"]), draw.choice([None, "0", "1", "2", "5"])
        order = {**FORMS[name], "nodes": nodes, "least_degree": least, "type": draw.choice([None, "follow"])}
        try:
            await exported(url, tmp_path / name, **order)
        except BadInput as error:
            assert "there is none here" in str(error)
            assert order["type"] not in {kind for _, _, kind in truth.edges}
            continue
        graph = graph_of(tmp_path / name)
        kept, edges = truth.part(only_walked=nodes == "walked", least=int(least or 0), kind=order["type"])
        assert set(graph.nodes) == kept, order
        found = [(source, target, data["kind"]) for source, target, data in graph.edges(data=True)]
        assert len(found) == len(set(found))
        assert set(found) == edges, order
        assert {node for node, data in graph.nodes(data=True) if data["is_start"]} == truth.starts & kept
        assert {node for node, data in graph.nodes(data=True) if data["is_walked"]} == truth.walked & kept


async def test_the_worst_verdict_of_an_account_stands_first(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    for number, (one, other) in enumerate([("complete", "unverified"), ("limited", "stopped"), ("blocked", "limited")]):
        async with opened(url) as store:
            crawl = await crawl_of(store, list_seed("followers", 1), list_seed("following", 1), key=str(number))
            await walked(store, crawl, 2, verdict=one)
            await walked(store, crawl, 2, verdict=other)
        await exported(url, tmp_path / "x.gexf", crawl=str(number + 1))
        known = graph_of(tmp_path / "x.gexf").nodes["1"]
        assert known["verdict"] == {0: "unverified", 1: "limited", 2: "blocked"}[number]
        assert known["lists"] == f"followers {one}, following {other}"


def test_every_verdict_has_its_place_among_the_worst() -> None:
    assert sorted([*_WORST_FIRST, Verdict.COMPLETE]) == sorted(Verdict)


async def test_a_record_that_names_one_account_only_is_no_edge_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    lines = b'{"type":"follow","pk":"1"}\n{"type":"follow","pk":"2","owner_pk":"3"}\n{"type":"suggestion","pk":"4"}\n'
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, list_seed("followers", 3)))
        await store.walks.commit([PageCommit(walk=walk, records=PackedRecords(3, pack_lines(lines)))])
    await exported(url, tmp_path / "x.graphml")
    assert list(graph_of(tmp_path / "x.graphml").edges) == [("2", "3")]
    assert "igcrawl: 2 records name one account only and are no edges\n" in capsys.readouterr().err


def test_the_command_takes_each_option(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/s.db"

    async def filled() -> None:
        async with opened(url) as store:
            crawl = await crawl_of(store, list_seed("followers", 1), list_seed("following", 1))
            await walked(store, crawl, 2, 3)
            await walked(store, crawl, 2)

    asyncio.run(filled())
    command = Command()
    command.settings = settings_for(url)
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    for line in ("g.csv --for gephi --nodes all --min-degree 2", "e.csv --for excel --separator semicolon --type walk"):
        name, *options = line.split()
        command.run([str(tmp_path / name)], parser.parse_args(options))
        assert command.exitcode == 0
    assert set(graph_of(tmp_path / "g.csv").nodes) == {"1", "2"}
    assert (tmp_path / "e.csv").read_text("utf-8-sig").startswith("type;operation;")


async def test_crawls_without_lists_give_an_empty_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/s.db"
    async with opened(url) as store:
        walk = await claimed(store, await crawl_of(store, list_seed("user_feed", 7), spider="feed"))
        await put(store, walk, media(walk, 1), walk_end(walk), verdict="complete")
    for name, order in FORMS.items():
        assert await exported(url, tmp_path / name, **order) == 0
        assert len(graph_of(tmp_path / name)) == 0
        assert "0 edges, 0 nodes written" in capsys.readouterr().err
    assert "there is none here" in await refused(url, tmp_path / "x.gexf", type="follow")


@pytest.mark.parametrize(
    ("out", "order", "said"),
    [
        ("x.jsonl", {"nodes": "all"}, "--nodes is for graphs (gexf, graphml, csv with --for gephi), not for jsonl"),
        ("x.xlsx", {"least_degree": "2"}, "--min-degree is for graphs"),
        ("x.gexf", {"nodes": "waked"}, "--nodes=waked: did you mean walked? allowed: all, walked"),
        ("x.gexf", {"least_degree": "-1"}, "--min-degree=-1: expected a whole number of edges, e.g. 2"),
        ("x.gexf", {"least_degree": "two"}, "--min-degree=two: expected a whole number"),
        ("x.gexf", {"type": "media"}, "--type=media: a graph has none of it; allowed: follow, suggestion"),
        ("x.csv", {"separator": "semicolon"}, "--separator is for CSV that spreadsheets open (--for excel), not for"),
        (
            "x.csv",
            {"separator": ";", "purpose": "excel"},
            "--separator=;: allowed: comma, semicolon, tab",
        ),
        ("x.csv", {"purpose": "exel"}, "--for=exel: no such purpose; did you mean excel? allowed: excel, gephi"),
        ("x.jsonl", {"purpose": "excel"}, "--for=excel: jsonl is nothing for it; allowed: xlsx, csv"),
        ("x.xlsx", {"purpose": "gephi"}, "--for=gephi: xlsx is nothing for it; allowed: gexf, graphml, csv"),
        ("x.gexff", {}, "x.gexff: its suffix names no format; did you mean .gexf? allowed: .jsonl"),
        ("x.csv.gz", {"purpose": "excel"}, "x.csv.gz: csv for excel is written as it is; leave .gz out"),
        ("x.xlsx.zst", {}, "x.xlsx.zst: xlsx is written as it is; leave .zst out"),
        ("-", {"format": "duckdb"}, "duckdb is not written to standard output; name a file"),
        ("-", {"format": "csv", "purpose": "gephi"}, "csv for gephi is not written to standard output"),
    ],
)
def test_options_that_do_not_go_together_are_told(out: str, order: dict[str, str], said: str) -> None:
    whole = ExportOrder(out=out, **order)
    with pytest.raises(BadInput) as caught:
        whole.check_options(read_destination(whole.out, whole.format, whole.purpose).format)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("out", "order"),
    [("x.xlsx", {"purpose": "excel"}), ("x.gexf.gz", {"purpose": "gephi"}), ("-", {"format": "graphml"})],
)
def test_options_that_go_together_are_taken(out: str, order: dict[str, str]) -> None:
    whole = ExportOrder(out=out, **order)
    whole.check_options(read_destination(whole.out, whole.format, whole.purpose).format)
