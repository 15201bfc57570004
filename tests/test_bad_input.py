"""What cannot be used is refused in one line with exit code 2, before anything is sent and before anything is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from igcrawl.arguments import AccountArguments, ListArguments
from igcrawl.errors import BadInput
from igcrawl.simulator import Simulator
from tests.conftest import Scrapy

FOLLOWERS = ("crawl", "followers", "-a", "user_id=1")


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        (("crawl", "followers", "-a", "user_id=abc"), "user_id=abc: expected the account's numeric id"),
        (
            (*FOLLOWERS, "-a", "user_id=2"),
            "user_id is given twice, as '1' and '2': give it once; several targets are one",
        ),
        (
            ("crawl", "followers", "-a", "file=a.csv", "-a", "file=b.csv"),
            "file is given twice, as 'a.csv' and 'b.csv': give it once; several targets are one list",
        ),
        ((*FOLLOWERS, "-a", "max_pages=1", "-a", "max_pages=2"), "max_pages is given twice, as '1' and '2'"),
        ((*FOLLOWERS, "-a", "foo=1"), "unknown argument 'foo'; "),
        ((*FOLLOWERS, "-a", "page_size=500"), "page_size=500: "),
        ((*FOLLOWERS, "-a", "nonsense"), "Invalid -a value"),
        (("crawl", "folowers"), "no spider 'folowers'; did you mean followers"),
        (("crawl",), "give one spider: audio, clips, "),
        (("crawl", "chaining", "-a", "user_id=1"), "chaining is an operation: scrapy crawl operation -a name=chaining"),
        (("crawl", "followers", "username=instagram"), "write -a username=instagram"),
        (
            ("crawl", "operation", "-a", "name=followers", "-a", "user_id=1,2"),
            "user_id: one account only; for many: scrapy crawl followers",
        ),
        (
            ("crawl", "operation", "-a", "name=followers", "-a", "user_id=1", "-a", "end_cursor=x"),
            "followers: unknown argument 'end_cursor'; did you mean cursor? ",
        ),
        ((*FOLLOWERS, "-s", "IG_SESION=x"), "unknown setting IG_SESION; did you mean IG_SESSION"),
        ((*FOLLOWERS, "-s", "IG_WEB_URL=http://192.168.0.1"), "IG_WEB_URL: a session is sent only to "),
        ((*FOLLOWERS, "-s", "IG_SIMULATOR=perhaps"), "IG_SIMULATOR: expected True or False"),
        ((*FOLLOWERS, "-s", "IG_DOC_ID_followers=x"), "IG_DOC_ID_followers: a doc_id is a number"),
        ((*FOLLOWERS, "-s", "IG_DOC_ID_folowers=12345"), "IG_DOC_ID_folowers: no operation"),
        ((*FOLLOWERS, "-s", "IG_SESSION=nothing.json"), "session file nothing.json: No such file"),
        ((*FOLLOWERS, "-s", "IG_SESSION="), "no session: set IG_SESSION"),
        ((*FOLLOWERS, "-O", "-"), "output -: standard output has no suffix that says the format: write -:jsonl"),
        ((*FOLLOWERS, "-O", "x.parquet"), "output x.parquet: its format is not known; allowed: json, jsonlines"),
        ((*FOLLOWERS, "-O", "/proc/nothing/x.jsonl"), "output /proc/nothing/x.jsonl: "),
        ((*FOLLOWERS, "-O", "foo://b/x.jsonl"), "output foo://b/x.jsonl: no storage for foo://"),
        ((*FOLLOWERS, "-O", "%(nope)s.jsonl"), "output %(nope)s.jsonl: %(nope) is not known"),
        ((*FOLLOWERS, "-O", "x.jsonl", "-s", "FEED_EXPORT_BATCH_ITEM_COUNT=5"), "output x.jsonl: batches need"),
        ((*FOLLOWERS, "-s", "DOWNLOAD_VERIFY_CERTIFICATES=False"), "DOWNLOAD_VERIFY_CERTIFICATES must stay True: "),
        ((*FOLLOWERS, "-s", "REDIRECT_ENABLED=True"), "REDIRECT_ENABLED must stay False: "),
        ((*FOLLOWERS, "-s", "RETRY_ENABLED=0"), "RETRY_ENABLED must stay True: "),
        ((*FOLLOWERS, "-s", "HTTPCACHE_ENABLED=1"), "HTTPCACHE_ENABLED must stay False: "),
        ((*FOLLOWERS, "-s", "RETRY_TIMES=abc"), "RETRY_TIMES: expected a whole number, got 'abc'"),
        ((*FOLLOWERS, "-s", "LOG_LEVEL=FOO"), "LOG_LEVEL: expected "),
        ((*FOLLOWERS, "--logfile", "/proc/nope/x"), "--logfile: "),
        ((*FOLLOWERS, "-s", "JOBDIR=/proc/x"), "JOBDIR: "),
        ((*FOLLOWERS, "-s", "SPIDER_MODULES=nope"), "SPIDER_MODULES: "),
        ((*FOLLOWERS, "-s", "IG_DOC_ID_user_info=12345"), "IG_DOC_ID_user_info: user_info asks no registered query"),
        ((*FOLLOWERS, "-s", "IG_FIELDS=mini"), "IG_FIELDS: expected minimal, standard, all, or fields by type "),
        ((*FOLLOWERS, "-s", 'IG_FIELDS={"follow": ["name"]}'), "IG_FIELDS: follow has no field 'name'; did you mean "),
        ((*FOLLOWERS, "-s", "IG_FIELDS=minimal", "-s", "IG_RAW=x.jsonl.zst"), "IG_RAW keeps whole answers, so it "),
        ((*FOLLOWERS, "-s", "IG_RAW=x.txt"), "IG_RAW: expected a file named *.jsonl.zst"),
        ((*FOLLOWERS, "-a", "verify=maybe"), "verify=maybe: expected 0 or 1"),
        (("crawl", "profiles", "-a", "file=nothing.txt"), "file=nothing.txt: No such file"),
    ],
    ids=lambda value: " ".join(value[1:]) if isinstance(value, tuple) else "",
)
def test_the_operator_reads_one_line(
    scrapy: Scrapy,
    simulator: Simulator,
    at_simulator: dict[str, str],
    tmp_path: Path,
    command: tuple[str, ...],
    problem: str,
) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text("kept\n")
    run = scrapy(*command, *(() if "-O" in command else ("-O", "kept.jsonl")), **at_simulator)
    assert run.code == 2
    assert run.out == ""
    (line,) = run.err.splitlines()
    assert line.startswith(f"igcrawl: {problem}")
    assert simulator.requests == []
    assert kept.read_text() == "kept\n"


@pytest.mark.parametrize(
    "given",
    [
        {"user_id": "1", "username": "a"},
        {"user_id": "-1"},
        {"user_id": "0"},
        {"user_id": "1.5"},
        {"user_id": "1" * 21},
        {"user_id": "١"},
        {"username": ""},
        {"username": "a b"},
        {"username": "a" * 31},
        {"user_id": "1", "depth": "7"},
        {"user_id": "1", "depth": "0"},
        {"user_id": "1", "since": "yesterday"},
        {"user_id": "1", "since": "last", "order": "date_followed_earliest"},
        {"user_id": "1", "since": "last", "depth": "2"},
        {"user_id": "1", "overlap": "0"},
        {"user_id": "1", "fresh": "maybe"},
        {"user_id": "1", "crawl": "a b"},
        {"user_id": "1", "max_walks": "0"},
        {"user_id": "1", "only": "private"},
        {"user_id": "1", "skip_over": "-1"},
        {"user_id": "1", "order": "random"},
        {"user_id": "1", "surface": "web"},
        {"user_id": "1", "surface": "mobile", "page_size": "50"},
        {"user_id": "1", "page_size": "0"},
        {"user_id": "1", "max_pages": "-1"},
        {"user_id": "1", "max_users": "0"},
        {"user_id": "1", "verify": "maybe"},
    ],
    ids=str,
)
def test_list_arguments_that_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadInput) as caught:
        ListArguments.parse(given)
    assert len(str(caught.value).splitlines()) == 1
    assert "pydantic" not in str(caught.value)


def test_scrapyd_s_job_is_accepted_and_ignored() -> None:
    assert ListArguments.parse({"user_id": "1", "_job": "abc"}) == ListArguments.parse({"user_id": "1", "depth": "1"})


@pytest.mark.parametrize(
    ("as_python_has_it", "as_text"),
    [
        ({"user_id": 25025320, "max_pages": 2}, {"user_id": "25025320", "max_pages": "2"}),
        ({"user_ids": [1, "2"], "plan": True}, {"user_ids": "1,2", "plan": "1"}),
        ({"username": ("a", "b"), "verify": False}, {"username": "a,b", "verify": "0"}),
    ],
    ids=str,
)
def test_a_program_of_scrapy_s_may_give_numbers_and_lists(
    as_python_has_it: dict[str, Any], as_text: dict[str, Any]
) -> None:
    assert ListArguments.parse(as_python_has_it) == ListArguments.parse(as_text)


@pytest.mark.parametrize(
    "given",
    [{}, {"user_ids": "1", "usernames": "a"}, {"user_ids": ""}, {"user_ids": "1,x"}, {"usernames": "a,b c"}],
    ids=str,
)
def test_account_arguments_that_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        AccountArguments.parse(given)
