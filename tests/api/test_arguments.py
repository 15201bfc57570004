"""What the client takes: the arguments of the spiders, refused in the words of the command; and what it never shows."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader

import igcrawl
from igcrawl.api import options
from igcrawl.api.frames import to_pandas, to_polars
from igcrawl.api.python_words import python_words
from igcrawl.config.config import read_config
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.running.own_settings import own_settings
from igcrawl.store import path_of
from tests.support.session_file import secrets_of, session_settings, write_session

SPIDERS = SpiderLoader(Settings({"SPIDER_MODULES": ["spiders"]}))
#: The methods of a spider that has not the one of its name.
METHODS = {"operation": ("call", "doc_id"), "profiles": ("profile", "profiles")}

#: How a command line is written.
COMMAND_LINE = re.compile(r"(^|\s)-[as] |scrapy crawl|(^|\s)--[a-z]")


def methods() -> dict[str, Any]:
    return {name: each for name, each in vars(igcrawl.Client).items() if inspect.isfunction(each) and name[0] != "_"}


@pytest.fixture
def ig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> igcrawl.Client:
    monkeypatch.chdir(tmp_path)
    return igcrawl.Client(write_session(tmp_path / "session.json"))


@pytest.mark.parametrize("name", SPIDERS.list())
def test_each_spider_has_its_method_with_its_arguments(name: str) -> None:
    taken = set(SPIDERS.load(name).arguments.model_fields) - {"plan"}
    for method in METHODS.get(name, (name,)):
        signature = inspect.signature(methods()[method])
        hint = signature.parameters[list(signature.parameters)[-1]].annotation
        if method == "call":
            assert hint == "Any"
            continue
        own = get_type_hints(getattr(options, hint.removeprefix("Unpack[").removesuffix("]")))
        by_position = {"doc_id", "name", "args"} if method == "doc_id" else set()
        assert set(own) - {"on_doubt"} == taken - by_position


def test_both_clients_have_the_same_methods() -> None:
    for name, method in methods().items():
        own = inspect.signature(method)
        other = inspect.signature(getattr(igcrawl.SyncClient, name))
        assert other.parameters == own.parameters, name
        given = str(own.return_annotation)
        assert str(other.return_annotation) == (f"Sync{given}" if given.startswith("Records[") else given)
    assert inspect.signature(igcrawl.SyncClient) == inspect.signature(igcrawl.Client)


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("followers", {}),
        ("followers", {"max_usrs": "3"}),
        ("followers", {"user_id": "instagram"}),
        ("followers", {"username": "no name"}),
        ("followers", {"user_id": "1", "username": "x"}),
        ("followers", {"user_id": "1", "max_users": "0"}),
        ("followers", {"user_id": "1", "order": "newest"}),
        ("followers", {"user_id": "1", "since": "last", "depth": "2"}),
        ("following", {"file": "nowhere.csv"}),
        ("search", {}),
        ("search", {"query": "x", "tab": "people"}),
        ("media", {"media_ids": "instagram.com/instagram"}),
        ("audio", {"track_id": "a"}),
    ],
)
def test_what_is_wrong_is_refused_as_by_the_command(ig: igcrawl.Client, method: str, given: dict[str, str]) -> None:
    with pytest.raises(igcrawl.BadInput) as commands:
        SPIDERS.load(method).check(dict(given))
    with pytest.raises(igcrawl.BadInput) as own:
        getattr(ig, method)(**given)
    assert str(own.value) == python_words(str(commands.value))


@pytest.mark.parametrize("name", SPIDERS.list())
def test_no_refusal_of_an_argument_speaks_of_a_command_line(ig: igcrawl.Client, name: str) -> None:
    spider = SPIDERS.load(name)
    method = METHODS.get(name, (name,))[-1]
    refused = 0
    for argument in {*spider.arguments.model_fields, "nonsense"} - {"plan", "crawl", "doc_id", "args", "name"}:
        for value in ("", "no such value", "-1", "instagram.com/p/x y", "https://www.instagram.com/share/abc"):
            given = {argument: value}
            with suppress(TypeError):
                try:
                    getattr(ig, method)("123456", **given) if method == "doc_id" else getattr(ig, method)(**given)
                except igcrawl.BadInput as error:
                    refused += 1
                    assert not COMMAND_LINE.search(str(error)), error
    assert refused > 10


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda ig: ig.followers(25025320), "the first argument is a username, in quotes; an id is given as user_id="),
        (lambda ig: ig.followers("x", username="y"), "username is given twice"),
        (lambda ig: ig.followers("x", max_users=1.5), "max_users: expected text, a number, or a list"),
        (lambda ig: ig.followers("x", plan=True), "plan: ask the list itself"),
        (lambda ig: ig.followers("x", on_doubt="ignore"), "on_doubt: expected raise or warn, got 'ignore'"),
        (lambda ig: ig.call("chainig", user_id="1"), "no operation 'chainig'; did you mean chaining"),
        (lambda ig: ig.call("chaining", user_idd="1"), "chaining: unknown argument 'user_idd'"),
        (lambda ig: ig.call("like"), ""),
        (lambda ig: ig.doc_id("x"), "doc_id=x: "),
        (lambda ig: ig.doc_id(123456, {"a": {1}}), "variables: cannot be sent as JSON"),
    ],
)
def test_what_only_python_can_get_wrong_is_refused_in_a_line(ig: igcrawl.Client, call: Any, said: str) -> None:
    with pytest.raises(igcrawl.BadInput) as refused:
        call(ig)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_profile_is_of_one_account(ig: igcrawl.Client) -> None:
    for given in ({"user_id": [1, 2]}, {"username": "a,b"}):
        with pytest.raises(igcrawl.BadInput, match="profile takes one account"):
            asyncio.run(ig.profile(**given))


def test_arguments_become_the_text_that_the_command_takes(ig: igcrawl.Client) -> None:
    given = ig.followers(["a", "b"], max_users=5, verify=False, fresh=True, order=None)._order.arguments
    assert given == {"username": "a,b", "max_users": "5", "verify": "0", "fresh": "1"}
    query = ig.doc_id(123456, {"id": "1", "more": [1, True]}, lsd=True)._order.arguments
    assert json.loads(query.pop("variables")) == {"id": "1", "more": [1, True]}
    assert query == {"doc_id": "123456", "lsd": "1"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"session": "nobody"}, "no session nobody"),
        ({"settings": {"IG_SESION": "x"}}, "unknown setting IG_SESION; did you mean IG_SESSION"),
        ({"settings": {"ROBOTSTXT_OBEY": True}}, "ROBOTSTXT_OBEY must stay False"),
        ({"settings": {"IG_KEEP": False}}, "IG_KEEP=False: the client hands out what the store keeps"),
        ({"settings": ["IG_PACE"]}, "settings: expected a mapping"),
        ({"store": "mysql://x"}, "IG_STORE: expected sqlite:///"),
        ({"budget": -1}, "IG_BUDGET_HOUR"),
        ({"budget": "60"}, "budget: expected requests an hour, (hour, day), or False"),
        ({"session": 5}, "session: expected text or a path, got int"),
        ({"store": 5}, "store: expected text or a path, got int"),
        ({"mobile_url": "http://example.com"}, "IG_MOBILE_URL"),
    ],
)
def test_a_client_that_cannot_be_is_refused_when_it_is_made(
    given: dict[str, Any], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(igcrawl.BadInput) as refused:
        igcrawl.Client(**{"session": write_session(tmp_path / "session.json"), **given})
    assert said in str(refused.value)


def test_settings_come_from_the_environment_and_arguments_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IG_SESSION", str(write_session(tmp_path / "session.json")))
    monkeypatch.setenv("IG_BUDGET_HOUR", "7")
    monkeypatch.setenv("IG_BUDGET_DAY", "70")
    monkeypatch.setenv("IG_JSONL", str(tmp_path / "the_command_s.jsonl"))
    config = igcrawl.Client()._settings.config
    assert config.rules.budget is not None
    assert (config.rules.budget.whole.hour, config.rules.budget.whole.day) == (7, 70)
    assert config.sync_seconds == 0
    config = igcrawl.Client(budget=(3, 30), store="own.db", settings={"IG_SYNC_SECONDS": 1})._settings.config
    assert config.rules.budget is not None
    assert (config.rules.budget.whole.hour, config.rules.budget.whole.day) == (3, 30)
    assert (config.store, config.sync_seconds) == (f"sqlite:///{tmp_path}/own.db", 1)
    assert igcrawl.Client(budget=False)._settings.config.rules.budget is None


def test_a_client_keeps_its_files_when_the_program_changes_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_session(tmp_path / "session.json")
    monkeypatch.setenv("IG_STATE", "states")
    given = [
        igcrawl.Client("session.json", **more)._settings for more in ({}, {"store": "own.db"}, {"store": Path("b.db")})
    ]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = [read_config(own_settings(settings.scrapy), OPERATIONS) for settings in given]
    files = [tmp_path / name for name in (".igcrawl/store.db", "own.db", "b.db")]
    assert [path_of(config.store) for config in again] == files
    assert {config.session_source.file for config in again} == {tmp_path / "session.json"}
    assert {config.state for config in again} == {str(tmp_path / "states")}


def test_a_session_may_be_another_client_s_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    whole = session_settings()
    assert igcrawl.Client(whole)._settings.account == igcrawl.Client(json.dumps(whole))._settings.account


@pytest.mark.parametrize("client", [igcrawl.Client, igcrawl.SyncClient])
@pytest.mark.parametrize("broken", [False, True])
def test_nothing_shows_the_session(broken: bool, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    whole = session_settings()
    secrets = [value for value in secrets_of(whole).values() if len(value) > 8]
    content = json.dumps(whole)[: -3 if broken else None]
    shown: list[str] = []
    try:
        client(content, "postgresql://me:pass-of-the-store@db/x", settings={"IG_RAW": "x"})
    except igcrawl.BadInput as error:
        # As a notebook's verbose traceback and rich's show it.
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        # The frame of the test itself knows the session.
        frames = [frame for frame in told.stack if frame.filename != __file__]
        told.stack = traceback.StackSummary.from_list(frames)
        shown += told.format()
    assert shown
    ig = client(whole, "own.db")
    shown += [repr(ig), str(ig), repr(ig.followers("x")), repr(vars(ig)), repr(vars(getattr(ig, "_client", ig)))]
    text = "\n".join(shown)
    assert "own.db" in text
    assert [secret for secret in [*secrets, "pass-of-the-store"] if secret in text] == []


def test_a_frame_without_its_package_is_refused_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, make in (("pandas", to_pandas), ("polars", to_polars)):
        monkeypatch.setitem(__import__("sys").modules, name, None)
        with pytest.raises(igcrawl.BadInput, match=f"^{name} is not installed: pip install {name}$"):
            make([], [igcrawl.Follow])
