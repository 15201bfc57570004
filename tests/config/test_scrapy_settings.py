"""Scrapy's settings: values by kind, those that are not obeyed, proxies, and what env files leave around a value."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import scrapy
from scrapy.settings import Settings, default_settings

from igcrawl.config.config import DEFAULTS, check_environment, from_environment
from igcrawl.config.not_obeyed import NOT_OBEYED, check_not_obeyed, warning_of
from igcrawl.config.proxies import check_proxies
from igcrawl.config.scrapy_values import SECONDS, check_objects, check_values, kind_of
from igcrawl.errors import BadInput
from igcrawl.store import check_url


def given(**values: Any) -> Settings:
    """Settings as the command line gives them."""
    settings = Settings()
    settings.setdict(values, priority="cmdline")
    return settings


def read_as_floats() -> set[str]:
    """The settings that Scrapy's own code reads as floats."""
    found: set[str] = set()
    for path in Path(scrapy.__file__).parent.rglob("*.py"):
        found |= set(re.findall(r"getfloat\(\s*\"([A-Z_]+)\"", path.read_text()))
    return found & set(vars(default_settings))


def test_scrapy_reads_these_as_floats() -> None:
    assert {"DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT", "CLOSESPIDER_TIMEOUT", "DNS_TIMEOUT"} <= read_as_floats()
    assert read_as_floats() >= SECONDS


@pytest.mark.parametrize("name", sorted(read_as_floats()))
def test_a_number_may_be_a_fraction_where_scrapy_s_is(name: str) -> None:
    assert kind_of(name) is float
    for value in ("0.25", "12.5", "3", 0.5):
        check_values(given(**{name: value}))
    for value in ("-1", "nan", "inf", "1,5", "half", ""):
        with pytest.raises(BadInput, match=f"^{name}: expected a number"):
            check_values(given(**{name: value}))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"RETRY_TIMES": "1.5"}, "RETRY_TIMES: expected a whole number, got '1.5'"),
        ({"MEMUSAGE_LIMIT_MB": "1e3"}, "MEMUSAGE_LIMIT_MB: expected a whole number"),
        ({"COMPRESSION_ENABLED": "perhaps"}, "COMPRESSION_ENABLED: expected True or False"),
        (
            {"STATS_CLASS": "no.such.Stats"},
            "STATS_CLASS: expected the path of a class or function, got 'no.such.Stats'",
        ),
        ({"ITEM_PIPELINES": {"no.such.Part": 1}}, "ITEM_PIPELINES: expected the path of a class or function, got 'no."),
        ({"EXTENSIONS": {"Part": None}}, "EXTENSIONS: expected the path of a class or function, got 'Part'"),
        ({"FEED_URI_PARAMS": "nothing"}, "FEED_URI_PARAMS: expected the path of a class or function, got 'nothing'"),
        ({"LOG_ENCODING": "utf-9"}, "LOG_ENCODING: expected the name of an encoding, such as utf-8, got 'utf-9'"),
        ({"TWISTED_REACTOR": "twisted.internet.selectreactor.SelectReactor"}, "TWISTED_REACTOR must stay twisted."),
        ({"TWISTED_REACTOR": None}, "TWISTED_REACTOR must stay twisted.internet.asyncioreactor."),
        ({"LOG_LEVEL": "LOUD"}, "LOG_LEVEL: expected "),
        ({"IG_SESSION": "secret\udcff"}, "IG_SESSION: expected text in UTF-8"),
        ({"FEEDS": {"\udcff.jsonl": {"format": "jsonl"}}}, "FEEDS: expected text in UTF-8"),
        ({"BOT_NAME": "\udcff"}, "BOT_NAME: expected text in UTF-8"),
    ],
    ids=str,
)
def test_a_value_of_another_kind_is_refused_in_one_line(values: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_values(given(**values))
    assert str(refused.value).startswith(said)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("name", ["FEEDS", "ADDONS", "DOWNLOAD_HANDLERS", "DEFAULT_REQUEST_HEADERS"])
@pytest.mark.parametrize("value", ["secret", "7", '["secret"]', "", 7, ["secret"], "{"])
def test_a_setting_that_is_a_mapping_is_given_as_one(name: str, value: Any) -> None:
    with pytest.raises(BadInput) as refused:
        check_objects({name: value})
    assert str(refused.value) == f"{name}: expected a JSON object"
    check_objects({name: "{}", "BOT_NAME": value})


def test_every_default_of_scrapy_s_passes() -> None:
    defaults = {name: value for name, value in vars(default_settings).items() if name.isupper()}
    check_values(given(**defaults))
    check_not_obeyed(given(**defaults))
    assert warning_of(given(**defaults)) is None


# What is not obeyed

SOME = {"DEFAULT_REQUEST_HEADERS": {"X": "y"}}


@pytest.mark.parametrize("name", NOT_OBEYED)
def test_what_is_not_obeyed_is_refused_or_warned_of_with_the_reason(name: str) -> None:
    settings, entry = given(**{name: SOME.get(name, "7")}), NOT_OBEYED[name]
    if entry.refused:
        with pytest.raises(BadInput) as refused:
            check_not_obeyed(settings)
        assert str(refused.value) == f"{name} is not obeyed: {entry.why}"
    else:
        check_not_obeyed(settings)
    assert warning_of(settings) == f"not obeyed: {name} ({entry.why})"
    # In a project's own settings it is for its other spiders.
    project = Settings()
    project.set(name, SOME.get(name, "7"), priority="project")
    check_not_obeyed(project)
    assert warning_of(project) == f"not obeyed: {name} ({entry.why})"


def test_a_new_project_of_scrapy_s_is_warned_of_nothing() -> None:
    template = Path(scrapy.__file__).parent / "templates/project/module/settings.py.tmpl"
    names: dict[str, Any] = {}
    exec(template.read_text().replace("$project_name", "new"), names)
    project = Settings()
    project.setdict({name: value for name, value in names.items() if name.isupper()}, priority="project")
    check_values(project)
    check_not_obeyed(project)
    assert warning_of(project) is None


def test_several_settings_that_are_not_obeyed_are_one_line() -> None:
    said = warning_of(given(CONCURRENT_REQUESTS=8, CONCURRENT_ITEMS="5", DEPTH_LIMIT=2))
    assert said is not None
    assert "CONCURRENT_REQUESTS, CONCURRENT_ITEMS (a session asks one call at a time" in said
    assert "DEPTH_LIMIT (" in said
    assert "\n" not in said


# Proxies

SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "value",
    [
        "localhost:3128",
        f"user:{SECRET}@host:3128",
        "socks5://host:1080",
        "http://",
        "http://:3128",
        "http://host:0",
        "http://host:65536",
        "http://host:port",
        f"http://user:{SECRET}/x@host:3128",
        f"http://user:{SECRET}@host:3128/path",
        f"http://user:{SECRET}@host:3128?x=1",
        f"http://user:{SECRET}#@host:3128",
        "http://[::1:3128",
        "http://host:3128\r",
        " http://host:3128",
        "/var/run/docker.sock",
        "http:/host:3128",
    ],
)
@pytest.mark.parametrize("name", ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy"])
def test_a_proxy_that_cannot_be_used_is_refused_without_a_part_of_its_password(name: str, value: str) -> None:
    for far in (True, False):
        with pytest.raises(BadInput) as refused:
            check_proxies(Settings(), far=far, environment={name: value})
        said = str(refused.value)
        assert said.startswith(f"{name}: ")
        assert "expected http://host:port or http://user:password@host:port" in said
        assert SECRET not in said
    check_proxies(given(HTTPPROXY_ENABLED="False"), far=True, environment={name: value})


def test_a_proxy_that_can_be_used_is_taken() -> None:
    for value in ("http://host:3128", "HTTP://host", "https://user:p%40ss@host:8443/", "http://[::1]:3128", ""):
        check_proxies(Settings(), far=True, environment={"https_proxy": value, "HTTP_PROXY": value})


def test_a_proxy_that_would_be_passed_by_is_refused() -> None:
    environment = {"ALL_PROXY": "http://host:3128"}
    with pytest.raises(BadInput, match="ALL_PROXY is not read, so requests would go out directly"):
        check_proxies(Settings(), far=True, environment=environment)
    check_proxies(Settings(), far=False, environment=environment)
    check_proxies(Settings(), far=True, environment=environment | {"https_proxy": "http://host:3128"})


# The environment


@pytest.mark.parametrize("around", ["{}", "{}\r", ' "{}"\r', "'{}'", "\t{} ", '"{} "'])
@pytest.mark.parametrize("name", ["IG_SESSION", "IG_STORE", "IG_BUDGET_HOUR", "IG_KEEP", "IG_DOC_ID_followers"])
def test_a_value_of_an_env_file_loses_cr_blanks_and_quotes_whatever_the_setting(name: str, around: str) -> None:
    assert from_environment({name: around.format("12345")}) == {name: "12345"}


def test_a_value_of_the_environment_keeps_what_is_its_own() -> None:
    assert from_environment({"IG_FIELDS": '{"follow": ["username"]}'}) == {"IG_FIELDS": '{"follow": ["username"]}'}
    assert from_environment({"IG_SESSION": '"'}) == {"IG_SESSION": '"'}
    assert from_environment({"IG_SESSION": '"it\'s"'}) == {"IG_SESSION": "it's"}
    assert from_environment({"IG_DOC_ID_followers": ' "" '}) == {}


@pytest.mark.parametrize("name", [name for name in DEFAULTS if len(name) > 8])
def test_a_slip_in_the_name_of_a_variable_is_refused_with_the_name_that_is_meant(name: str) -> None:
    for at in range(3, len(name)):
        slip = name[:at] + name[at + 1 :]
        if slip not in DEFAULTS:
            with pytest.raises(BadInput, match=rf"^the environment has {slip}, which is no setting; did you mean IG_"):
                check_environment({slip: "1"})


def test_variables_of_others_and_our_own_are_taken() -> None:
    check_environment(
        {"IG_PLUGIN_HOME": "x", "IGNORE": "x", "IG_DOC_ID_followers": "1", **dict.fromkeys(DEFAULTS, "1")}
    )


# The store's address


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://user:{SECRET}@{SECRET}@localhost/db",
        f"postgresql://user:{SECRET}[@localhost/db",
        f"postgresql://user:]{SECRET}@localhost:5432/db",
        f"postgresql://user:{SECRET}/{SECRET}@localhost/db",
        f"postgresql://user:{SECRET}%@localhost/db",
        f"postgresql://user:{SECRET}%zz@localhost/db",
        f"postgresql://user:{SECRET}%00@localhost/db",
        f"postgresql://user:{SECRET}",
        f"postgresql://user:{SECRET}\n@localhost/db",
        f"postgresql://localhost:{SECRET}/db",
        f"postgresql://user:1/{SECRET}@localhost/db",
        "postgresql://user@localhost:99999/db",
        "postgresql://user@[::1/db",
        f"mysql://user:{SECRET}@localhost/db",
        f"host=localhost password={SECRET}",
    ],
)
def test_an_address_of_a_database_that_cannot_be_read_is_refused_without_a_part_of_its_password(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_url(url)
    assert str(refused.value).startswith("IG_STORE: ")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://localhost/db",
        "postgresql:///db?host=/tmp&user=a@b",
        "postgresql://user:p%40s%5B:#?!@localhost:5432/db?sslmode=disable",
        "postgres://user@[::1]:5432,other:5433/db",
        "postgresql://user:päss@%2Frun%2Fpostgresql/db",
    ],
)
def test_an_address_of_a_database_that_libpq_reads_is_taken(url: str) -> None:
    check_url(url)
