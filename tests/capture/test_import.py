"""`scrapy docids import` as the operator runs it."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path
from urllib.parse import urlencode

import pytest

from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.simulator import Simulator
from tests.capture.dialects import (
    APP_URL,
    DIALECTS,
    NEW_FOLLOWERS,
    NEW_PROFILE,
    SECRETS,
    WEB_FORM,
    WEB_URL,
    entry,
    har,
    write,
)
from tests.conftest import Scrapy, read_jsonl

LONGFORM = "__relay_internal__pv__PolarisLongformEnabledrelayprovider"
SHORT_DRAMA = "__relay_internal__pv__PolarisShortDramaEnabledrelayprovider"


def cells(out: str) -> dict[str, list[str]]:
    """The table's lines by query."""
    return {line.split()[1]: line.split() for line in out.splitlines() if line.startswith(("new ", "changed", "unch"))}


@pytest.mark.parametrize("name", DIALECTS)
def test_the_table_shows_what_changed_and_only_write_writes_it(scrapy: Scrapy, tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    shown = scrapy("docids", "import", name)
    assert shown.code == 0, shown.err
    assert cells(shown.out)["FollowersList"][:6] == [
        "changed",
        "FollowersList",
        "followers",
        "mobile_graphql",
        "284797047911918316998205836755",
        NEW_FOLLOWERS,
    ]
    assert f"+{LONGFORM}" in shown.out
    assert f"-{SHORT_DRAMA}" in shown.out
    assert "?viewer_name" in shown.out
    assert "0 new, 2 changed, 0 unchanged" in shown.out
    assert "add --write" in shown.out
    assert not (tmp_path / "doc_ids.toml").exists()

    written = scrapy("docids", "import", name, "--write")
    assert written.code == 0, written.err
    assert "doc_ids.toml: 2 ids written" in written.out
    again = scrapy("docids", "import", name, "--write")
    assert "0 new, 0 changed, 2 unchanged" in again.out
    assert "nothing to write" in again.out


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_shown_and_stored_holds_neither_cookies_nor_people(scrapy: Scrapy, tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    run = scrapy("docids", "import", name, "--write")
    everything = run.out + run.err + (tmp_path / "doc_ids.toml").read_text()
    assert [secret for secret in (*SECRETS, "alice", "bob") if secret in everything] == []


def test_what_is_stored_are_ids_names_and_flags(scrapy: Scrapy, tmp_path: Path) -> None:
    write(tmp_path, "devtools.har")
    scrapy("docids", "import", "devtools.har", "--write")
    stored = tomllib.loads((tmp_path / "doc_ids.toml").read_text())
    assert stored["PolarisProfilePageContentQuery"] == {
        "surface": "web_graphql",
        "root_field": "user",
        "ids": [
            {
                "id": NEW_PROFILE,
                "seen": "2026-11-20",
                "source": "import of devtools.har",
                "variables": {LONGFORM: False},
                "without": [SHORT_DRAMA],
            }
        ],
    }
    followers = stored["FollowersList"]["ids"][0]
    assert followers["variables"] == {"enable_new_badges": True}
    assert followers["without"] == ["skip_pending_admins"]
    assert followers["unknown"] == ["viewer_name", "is_close_friend", "by_account"]


def test_a_query_that_no_operation_asks_is_new_and_stored_by_name(scrapy: Scrapy, tmp_path: Path) -> None:
    form = {**WEB_FORM, "fb_api_req_friendly_name": "PolarisSomethingQuery", "doc_id": "424242"}
    (tmp_path / "x.har").write_text(har(entry(WEB_URL, {"text": urlencode(form)})))
    run = scrapy("docids", "import", "x.har", "--write")
    assert cells(run.out)["PolarisSomethingQuery"] == [
        "new", "PolarisSomethingQuery", "-", "web_graphql", "-", "424242", "-"
    ]  # fmt: skip
    stored = tomllib.loads((tmp_path / "doc_ids.toml").read_text())["PolarisSomethingQuery"]
    assert stored["surface"] == "web_graphql"
    assert "id" in stored["ids"][0]["unknown"]
    listed = scrapy("docids", "list")
    assert [line.split()[:4] for line in listed.out.splitlines() if "Something" in line] == [
        ["PolarisSomethingQuery", "-", "web_graphql", "424242"]
    ]


def test_a_name_on_another_surface_is_shown_and_left_alone(scrapy: Scrapy, tmp_path: Path) -> None:
    form = {**WEB_FORM, "fb_api_req_friendly_name": "FollowersList"}
    (tmp_path / "x.har").write_text(har(entry(WEB_URL, {"text": urlencode(form)})))
    run = scrapy("docids", "import", "x.har", "--write")
    assert run.code == 0
    assert "1 other surface" in run.out
    assert not (tmp_path / "doc_ids.toml").exists()


def test_comments_order_and_mode_of_the_operator_s_file_stay(scrapy: Scrapy, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(
        f'# from the phone\n[FollowersList] # mine\nids = [\n  {{ id = "123456" }}, # old\n  '
        f'{{ id = "{NEW_FOLLOWERS}", source = "a friend" }},\n]\n\n[ClipsProfileQuery]\n'
        '[[ClipsProfileQuery.ids]]\nid = "654321" # fine\n'
    )
    own.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(own)
    write(tmp_path, "devtools.har")
    run = scrapy("docids", "import", "devtools.har", "--write", IG_DOC_IDS="link.toml")
    assert run.code == 0, run.err
    text = own.read_text()
    assert text.startswith("# from the phone\n[FollowersList] # mine\n")
    assert "# old" in text
    assert 'id = "654321" # fine' in text
    ids = [each["id"] for each in tomllib.loads(text)["FollowersList"]["ids"]]
    assert ids == [NEW_FOLLOWERS, "123456"]
    assert stat.S_IMODE(own.stat().st_mode) == 0o640
    assert link.is_symlink()
    assert {path.name for path in tmp_path.iterdir()} == {"mine.toml", "link.toml", "devtools.har"}


def test_a_file_that_cannot_be_written_is_named(scrapy: Scrapy, tmp_path: Path) -> None:
    write(tmp_path, "devtools.har")
    run = scrapy("docids", "import", "devtools.har", "--write", "-s", "IG_DOC_IDS=nowhere/doc_ids.toml")
    assert run.code == 2
    assert run.err.splitlines() == ["igcrawl: IG_DOC_IDS=nowhere/doc_ids.toml: No such file or directory"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("import", "nothing.har"), "nothing.har: No such file or directory"),
        (("import", "."), ".: Is a directory"),
        (("import", "empty.har"), "empty.har: empty; expected a HAR file"),
        (("import", "cut.har"), "cut.har: broken JSON after 0 requests"),
        (("import",), "scrapy docids takes list [--all] | "),
        (("list", "--write"), "scrapy docids list does not take --write"),
        (("lost",), "did you mean list? scrapy docids takes list"),
        ((), "scrapy docids takes list"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(
    scrapy: Scrapy, tmp_path: Path, arguments: tuple[str, ...], problem: str
) -> None:
    (tmp_path / "empty.har").touch()
    (tmp_path / "cut.har").write_text(DIALECTS["devtools.har"]()[:700])
    run = scrapy("docids", *arguments)
    assert run.code == 2
    (line,) = run.err.splitlines()
    assert line.startswith(f"igcrawl: {problem}")


def test_a_capture_without_graphql_says_so_and_what_to_do(scrapy: Scrapy, tmp_path: Path) -> None:
    (tmp_path / "x.har").write_text(har(entry("https://www.instagram.com/"), entry("https://example.com/graphql")))
    run = scrapy("docids", "import", "x.har", "--write")
    assert run.code == 1
    assert run.out.startswith("igcrawl: x.har: 2 requests, and no GraphQL call to Instagram with a query's name")
    assert not (tmp_path / "doc_ids.toml").exists()


def test_after_a_rotation_the_imported_ids_are_asked_first(
    scrapy: Scrapy, tmp_path: Path, simulator: Simulator, at_simulator: dict[str, str]
) -> None:
    write(tmp_path, "charles.har")
    simulator.doc_ids.rotate("followers", NEW_FOLLOWERS)
    simulator.doc_ids.rotate("user_profile", NEW_PROFILE)
    assert scrapy("docids", "import", "charles.har", "--write", **at_simulator).code == 0
    run = scrapy("crawl", "followers", "-a", "user_id=25025320", "-O", "x.jsonl", **at_simulator)
    assert run.code == 0, run.err
    assert read_jsonl(tmp_path / "x.jsonl")[-1]["verdict"] == "complete"
    assert {request.doc_id for request in simulator.requests} == {NEW_FOLLOWERS, NEW_PROFILE}


def test_captures_from_a_stand_in_on_this_machine_are_taken(
    scrapy: Scrapy, tmp_path: Path, at_simulator: dict[str, str]
) -> None:
    url = APP_URL.replace("https://i.instagram.com", at_simulator["IG_MOBILE_URL"])
    (tmp_path / "x.har").write_text(DIALECTS["devtools.har"]().replace(APP_URL, url))
    assert "FollowersList" not in scrapy("docids", "import", "x.har").out
    assert "FollowersList" in scrapy("docids", "import", "x.har", **at_simulator).out


def test_the_list_shows_every_query_with_its_first_id_and_that_it_is_untried(scrapy: Scrapy) -> None:
    run = scrapy("docids", "list")
    assert run.code == 0
    lines = run.out.splitlines()
    assert lines[0].split() == ["query", "operation", "surface", "id", "origin", "seen", "source", "state"]
    assert len(lines) == 1 + len({operation.query_name for operation in OPERATIONS.values()} - {None})
    assert lines[1].split() == [
        "FollowersList", "followers", "mobile_graphql", "284797047911918316998205836755", "shipped", "2026-09", "wire",
        "untried",
    ]  # fmt: skip
    overridden = scrapy("docids", "list", "--all", "-s", "IG_DOC_ID_followers=98765").out.splitlines()
    assert overridden[1].split()[3:5] == ["98765", "setting"]
    assert overridden[2].split()[3:5] == ["284797047911918316998205836755", "shipped"]
