"""Saved answers are read again offline: one at a time, or all of an archive, with the records the crawl wrote."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from igcrawl.errors import BadInput
from igcrawl.output.raw_archive import RawAnswer, RawArchive, read_archive
from igcrawl.sessions.redaction import Redaction
from igcrawl.simulator import Simulator
from tests.conftest import ROOT, Scrapy, read_jsonl
from tests.support.session_file import encodings_of, secrets_of

PAYLOADS = ROOT / "tests" / "payloads"


def test_a_saved_answer_gives_its_records_and_the_next_cursor(scrapy: Scrapy, tmp_path: Path) -> None:
    run = scrapy("replay", "user_clips", str(PAYLOADS / "clips_profile.mobile.ndjson"), "-O", "x.jsonl")
    assert run.code == 0, run.err
    assert run.out == ""
    assert "next cursor: QVFEX2VqYVdpeWlJd3RRd1FHR2tjUjFnOTRjeWtxN3I3YkRXa21FRGtweTE0" in run.err
    assert [record["type"] for record in read_jsonl(tmp_path / "x.jsonl")] == ["media"] * 3


def test_standard_input_and_arguments_work_too(scrapy: Scrapy) -> None:
    body = (PAYLOADS / "chaining.rest.json").read_bytes()
    run = scrapy("replay", "chaining", "-", "-a", 'args={"user_id": "5"}', stdin=body)
    assert run.code == 0, run.err
    records = [orjson.loads(line) for line in run.out.splitlines()]
    assert [(record["target_pk"], record["position"]) for record in records] == [("5", 1), ("5", 2), ("5", 3)]


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("followers", str(PAYLOADS / "chaining.rest.json")), 1, "followers: data: missing; there is "),
        (("folowers", "x.json"), 2, "no operation 'folowers'; did you mean followers"),
        (("followers", "nothing.json"), 2, "nothing.json: No such file"),
        (("followers",), 2, "give an operation and a file"),
        (("nothing.jsonl.zst",), 2, "nothing.jsonl.zst: No such file"),
        (("chaining", str(PAYLOADS / "chaining.rest.json"), "-a", "args=x"), 2, "args: expected a JSON object"),
        (("chaining", str(PAYLOADS / "chaining.rest.json"), "-O", "/proc/x"), 2, "output /proc/x: "),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    scrapy: Scrapy, arguments: tuple[str, ...], code: int, problem: str
) -> None:
    run = scrapy("replay", *arguments)
    assert run.code == code
    assert run.err.splitlines()[0].startswith(f"igcrawl: {problem}")
    assert "Traceback" not in run.err


@pytest.mark.parametrize("target", ["user_id=25025320", "username=overlap.account"])
def test_an_archive_gives_the_records_that_the_crawl_wrote(
    scrapy: Scrapy, simulator: Simulator, at_simulator: dict[str, str], tmp_path: Path, target: str
) -> None:
    simulator.faults.add(operation="followers", nth=2, kind="status", status=503)
    simulator.faults.add(operation="followers", nth=5, kind="refresh")
    session_file = Path(at_simulator["IG_SESSION"])
    secrets = secrets_of(orjson.loads(session_file.read_bytes()))
    run = scrapy("crawl", "followers", "-a", target, "-O", "crawl.jsonl", "-s", "IG_RAW=raw.jsonl.zst", **at_simulator)
    assert run.code == 0, run.err
    again = scrapy("replay", "raw.jsonl.zst", "-O", "again.jsonl")
    assert again.code == 0, again.err
    assert "answer 3: followers: status 503" in again.err or "status 503" in again.err
    assert read_jsonl(tmp_path / "again.jsonl") == read_jsonl(tmp_path / "crawl.jsonl")[:-1]
    kept = b"".join(answer.body for answer in read_archive(tmp_path / "raw.jsonl.zst"))
    for secret in secrets.values():
        assert not any(form in kept for form in encodings_of(secret).values())


def test_an_archive_keeps_what_a_killed_run_wrote_and_goes_on_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "raw.jsonl.zst"
    archive = RawArchive(path)
    for number in range(5):
        archive.add(RawAnswer(operation="followers", body=b"%d \xff" % number), Redaction())
    archive.close()
    path.write_bytes(path.read_bytes()[:-7])
    assert [answer.body for answer in read_archive(path)] == [b"%d \xff" % number for number in range(4)]
    archive = RawArchive(path)
    archive.add(RawAnswer(operation="followers", body=b"last"), Redaction())
    archive.close()
    assert [answer.body for answer in read_archive(path)][-2:] == [b"3 \xff", b"last"]


def test_an_archive_holds_no_part_of_the_session(tmp_path: Path) -> None:
    archive = RawArchive(tmp_path / "raw.jsonl.zst")
    archive.add(RawAnswer(operation="followers", body=b"before secret-token after"), Redaction(["secret-token"]))
    archive.close()
    assert next(read_archive(tmp_path / "raw.jsonl.zst")).body == b"before [redacted] after"


def test_a_second_crawl_into_the_same_archive_is_replayed_too(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    wanted = []
    for day in ("one", "two"):
        command = ("crawl", "followers", "-a", "user_id=25025320", "-a", "max_pages=2", "-O", f"{day}.jsonl")
        assert scrapy(*command, "-s", "IG_RAW=raw.jsonl.zst", **at_simulator).code == 0
        wanted += read_jsonl(tmp_path / f"{day}.jsonl")[:-1]
    assert scrapy("replay", "raw.jsonl.zst", "-O", "again.jsonl").code == 0
    assert read_jsonl(tmp_path / "again.jsonl") == wanted


def test_a_damaged_archive_is_refused_and_left_alone(
    scrapy: Scrapy, at_simulator: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "raw.jsonl.zst"
    archive = RawArchive(path)
    for number in range(3):
        archive.add(RawAnswer(operation="followers", body=b"%d" % number), Redaction())
        if number == 0:
            first = path.stat().st_size
    archive.close()
    damaged = bytearray(path.read_bytes())
    damaged[first] ^= 0xFF
    path.write_bytes(damaged)
    run = scrapy("crawl", "profiles", "-a", "user_ids=25025320", "-s", "IG_RAW=raw.jsonl.zst", **at_simulator)
    assert run.code == 2
    assert f"damaged after {first} bytes" in run.err
    assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    "secret", ["plain-secret", 'quo"ted-secret', "sla/shed-secret", "back\\slash-secret"], ids=lambda secret: secret[:5]
)
def test_no_form_of_a_secret_is_kept_in_any_field(tmp_path: Path, secret: str) -> None:
    body = orjson.dumps({"a": secret}) + orjson.dumps(secret).replace(b"/", b"\\/")
    answer = RawAnswer(operation="x", body=body, cursor=f"c{secret}", location=f"/{secret}", args={"a": [secret]})
    archive = RawArchive(tmp_path / "raw.jsonl.zst")
    archive.add(answer, Redaction([secret]))
    archive.close()
    (kept,) = read_archive(tmp_path / "raw.jsonl.zst")
    assert kept.body == b'{"a":"[redacted]"}"[redacted]"'
    assert (kept.cursor, kept.location, kept.args) == ("c[redacted]", "/[redacted]", {"a": ["[redacted]"]})


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "raw.jsonl.zst"
    path.write_bytes(b"something else")
    with pytest.raises(BadInput, match="damaged after 0 bytes"):
        list(read_archive(path))
