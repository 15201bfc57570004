"""The server itself: loopback only, clean ends, compression, strict requests, and the command's lines."""

from __future__ import annotations

import ast
import io
import json
import os
import random
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import igcrawl.simulator
import igcrawl.simulator.script
from igcrawl.simulator import ACCOUNTS, Simulator, SimulatorError
from igcrawl.simulator.faults import KEYS
from igcrawl.simulator.operations import OPERATIONS
from igcrawl.simulator.script import read_script
from igcrawl.simulator.serve import serve
from tests.simulator.client import Client

ROOT = Path(__file__).parents[2]
WIRE = ROOT / "tests" / "wire"


@pytest.mark.parametrize(
    "arguments",
    [
        {"host": "0.0.0.0"},
        {"host": "192.168.1.1"},
        {"host": ""},
        {"port": -1},
        {"port": 65536},
        {"port": True},
        {"users": 0},
        {"users": 10**9},
        {"page_size": 0},
        {"seed": 2**64},
    ],
)
def test_what_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(SimulatorError) as refused:
        Simulator(**arguments).start()
    assert isinstance(refused.value, ValueError)
    assert "\n" not in str(refused.value)


def test_a_port_that_is_taken() -> None:
    with Simulator() as first, pytest.raises(SimulatorError, match="cannot be used"):
        Simulator(port=int(first.mobile_url.rpartition(":")[2])).start()


def test_start_and_stop_are_clean_and_may_be_repeated() -> None:
    before = set(threading.enumerate())
    simulator = Simulator()
    simulator.stop()
    assert simulator.start() is simulator.start()
    port = int(simulator.mobile_url.rpartition(":")[2])
    idle = socket.create_connection(("127.0.0.1", port))
    Client(simulator).rest("users/25025320/info/")
    simulator.faults.add(kind="delay", delay=30)
    idle.sendall(b"GET /api/v1/users/25025320/info/ HTTP/1.1\r\nHost: x\r\n\r\n")
    while len(simulator.requests) < 2:
        pass
    simulator.stop()
    simulator.stop()
    idle.close()
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_two_simulators_at_once() -> None:
    with Simulator(seed=1) as first, Simulator(seed=2) as second:
        assert Client(first).rest("users/25025320/info/").status == 200
        stranger = Client(second, **first.session)
        assert stranger.rest("users/25025320/info/").status == 403


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate", "gzip"),
        ("zstd, gzip", "gzip"),
        ("zstd, br", "zstd"),
        ("gzip;q=0, zstd;q=1", "zstd"),
        ("br", None),
        ("", None),
    ],
)
def test_compression(shared: Client, accepted: str, encoding: str | None) -> None:
    headers = {"Authorization": str(shared.authorization), "Accept-Encoding": accepted}
    got = shared.send("GET", "/api/v1/users/25025320/info/", **headers)
    assert got.headers.get("content-encoding") == encoding
    assert got.json["user"]["pk"] == 25025320


def test_compression_can_be_off() -> None:
    with Simulator(compress=False) as simulator:
        client = Client(simulator)
        headers = {"Authorization": str(client.authorization), "Accept-Encoding": "gzip"}
        assert "content-encoding" not in client.send("GET", "/api/v1/users/25025320/info/", **headers).headers


def test_doc_ids_that_are_not_registered(client: Client) -> None:
    for got in (
        client.mobile("followers", {"user_id": "25025320"}, client_doc_id="1"),
        client.mobile("followers", {"user_id": "25025320"}, fb_api_req_friendly_name="FollowingList"),
        client.web(OPERATIONS["followers"].doc_id, {"id": "25025320"}),
        client.web("1", {"id": "25025320"}),
    ):
        assert got.status == 400
        assert got.json["data"] is None
        assert "message" not in got.json
    assert client.simulator.requests[0].operation == "unknown"


def test_rotation(client: Client) -> None:
    client.simulator.doc_ids.rotate("followers", "777")
    old = client.mobile("followers", {"user_id": "1"}, client_doc_id=OPERATIONS["followers"].doc_id)
    assert old.status == 400
    assert client.mobile("followers", {"user_id": "25025320"}).status == 200
    client.simulator.doc_ids.rotate("followers", "888", keep_old=True)
    assert client.mobile("followers", {"user_id": "25025320"}, client_doc_id="777").status == 200


def test_requests_that_make_no_sense(client: Client) -> None:
    assert client.send("POST", "/graphql/query", b"client_doc_id=1&variables={").status == 400
    assert (client.simulator.requests[-1].operation, client.simulator.requests[-1].status) == ("unknown", 400)
    assert client.send("POST", "/api/v1/users/1/info_stream/", b"signed_body=SIGNATURE.[]").status == 400
    assert client.send("POST", "/graphql/query", b"\xff\xfe=1").status in (400, 401)
    assert client.rest("nothing/here/").status == 404
    assert client.send("GET", "/nothing").status == 404
    assert client.send("DELETE", "/graphql/query").status == 404


def test_the_log_says_who_asked_what(client: Client) -> None:
    _, cursor = client.page("followers", "25025320")
    client.page("followers", "25025320", cursor)
    client.walk_rest("following", "25025320")
    client.web("28036671149327607", {"id": "100000001"})
    client.web("26347858941511777", {"query": "instagram"})
    log = [(each.method, each.operation, each.target, each.cursor, each.status) for each in client.simulator.requests]
    assert log == [
        ("POST", "followers", "25025320", None, 200),
        ("POST", "followers", "25025320", cursor, 200),
        ("GET", "following_rest", "25025320", None, 200),
        ("POST", "user_profile", "100000001", None, 200),
        ("POST", "user_lookup", "instagram", None, 200),
    ]
    assert [each.at for each in client.simulator.requests] == sorted(each.at for each in client.simulator.requests)


def start_process(*arguments: str) -> subprocess.Popen[str]:
    code = f"import sys; from igcrawl.simulator.serve import serve; sys.exit(serve({', '.join(arguments)}))"
    return subprocess.Popen([sys.executable, "-W", "error", "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_where_it_is_and_removes_what_it_wrote(tmp_path: Path, ending: signal.Signals) -> None:
    script = tmp_path / "faults.toml"
    script.write_text(
        '[[fault]]\noperation = "user_info"\nnth = 2\nstatus = 503\n[[limit]]\nrequests = 2\nseconds = 3600\n'
    )
    process = start_process("0", "50", "9", repr(str(script)))
    assert process.stdout is not None
    with process, process.stdout:
        said = [process.stdout.readline().strip() for _ in range(4)]
        lines = dict(line.removeprefix("export ").split("=", 1) for line in said)
        assert list(lines) == ["IG_MOBILE_URL", "IG_WEB_URL", "IG_SESSION", "user_id"]
        session = Path(lines["IG_SESSION"])
        assert stat.S_IMODE(session.stat().st_mode) == 0o600
        assert json.loads(session.read_text()) == Simulator(seed=9).session
        address: Any = SimpleNamespace(mobile_url=lines["IG_MOBILE_URL"], session=json.loads(session.read_text()))
        answers = [Client(address).rest("users/25025320/info/").status for _ in range(3)]
        process.send_signal(ending)
        assert process.wait(10) == 0
    assert answers == [200, 503, 429]
    assert not session.exists() and not session.parent.exists()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        (None, "No such file"),
        ("[[fault", "is not TOML"),
        ("[fault]\nnth = 1", "[[fault]]"),
        ("[[faults]]\nnth = 1", "faults"),
        ("fault = [1]", "only the tables [[fault]], [[limit]], [[rotation]], [[rule]], [escalation], [session] are"),
        ("[limit]\nrequests = 1", "found 'limit'"),
        ("[[session]]", "found 'session'"),
        (
            "[[limit]]\nrequests = 2\nseconds = 1\n[[limit]]\nrequest = 1",
            "limit 2: unknown limit key 'request', did you mean",
        ),
        ("[[limit]]\nrequests = 1", "limit 1: a limit needs 'seconds'"),
        ("[[limit]]\nrequests = 1\nseconds = 1\nfamily = 'profile'", "did you mean 'profiles'"),
        (
            "[escalation]\nchallenge_aftr = 3",
            "[escalation]: unknown key 'challenge_aftr', did you mean 'challenge_after'",
        ),
        ("[escalation]\nchallenge_after = 0", "[escalation]: challenge_after is a whole number from 1"),
        ("[session]\nseed = 3", "[session]: unknown key 'seed'"),
        ("[session]\nexpires_after_seconds = -1", "[session]: expires_after_seconds is a number from"),
        ("[[fault]]\nnht = 1", "did you mean 'nth'"),
        ('[[fault]]\nkind = "chalenge"', "did you mean 'challenge'"),
        ("\x00", "is not TOML"),
    ],
)
def test_scripts_that_cannot_be_used(tmp_path: Path, script: str | None, says: str) -> None:
    path = tmp_path / "faults.toml"
    if script is not None:
        path.write_text(script)
    out = io.StringIO()
    with pytest.raises(SimulatorError) as refused:
        serve(script=path, out=out)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert out.getvalue() == ""


def test_a_script_holds_faults_limits_escalation_and_session(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text(
        "[[fault]]\nnth = 1\nstatus = 503\n"
        '[[limit]]\nrequests = 2\nseconds = 60\nretry_after = "exact"\n'
        '[[limit]]\nrequests = 1\nseconds = 60\nfamily = "relations"\nanswer = "throttle_401"\n'
        "[escalation]\nchallenge_after = 2\nviolation_window = 60\n"
        "[session]\nexpires_after_requests = 5\n"
    )
    with Simulator(**read_script(path), clock=lambda: 0.0) as simulator:
        client = Client(simulator)
        got = [client.mobile("followers", {"user_id": "25025320"}).status for _ in range(2)]
        got += [client.rest("users/25025320/info/").status for _ in range(4)]
    assert got == [503, 401, 200, 429, 400, 403]


def value_at_random(rng: random.Random) -> str:
    """A TOML value, as a person might get it wrong."""
    plain = [
        "1",
        "0",
        "-3",
        "1.5",
        "nan",
        "inf",
        "true",
        '""',
        '"x"',
        '"followers"',
        '"throttle"',
        "1979-05-27",
        "1e400",
    ]
    return rng.choice([*plain, "[]", '["x"]', "[1, 2]", "{}", "{ a = 1 }", "[{ status = 9999 }]", "[{ body = 5 }]"])


def script_at_random(rng: random.Random) -> str:
    keys = {key for table in ("fault", "limit") for key in (*KEYS, "requests", "seconds", "family", "answer")}
    keys |= {"when", "answers", "x", "operation", "old_answer", "at_request", "challenge_after", "violation_window"}
    keys |= {"expires_after_requests", "expires_after_seconds", "self", "seed", "limits", "clock"}
    tables = ["[[fault]]", "[[limit]]", "[[rotation]]", "[[rule]]", "[escalation]", "[session]", "[rule]", "[[x]]"]
    lines = []
    for table in rng.sample(tables, rng.randint(1, 3)):
        lines.append(table)
        lines += [f"{key} = {value_at_random(rng)}" for key in rng.sample(sorted(keys), rng.randint(0, 3))]
    return "\n".join(lines)


def test_a_script_of_whatever_shape_is_served_or_refused_in_one_line(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(2**32))
    print(f"SEED={seed}")
    rng, refusals = random.Random(seed), 0
    for _ in range(400):
        path = tmp_path / "script.toml"
        path.write_text(script_at_random(rng))
        try:
            Simulator(**read_script(path))
        except SimulatorError as error:
            refusals += 1
            assert str(error).startswith(f"script {path}"), (seed, path.read_text())
            assert "\n" not in str(error), (seed, path.read_text())
    assert 100 < refusals < 400


@pytest.mark.parametrize(
    "table", ["x = 1", "when = 5", 'when = ["a"]', "answers = [{ status = 9999 }]", "answers = [{ headers = 1 }]"]
)
def test_a_rule_that_cannot_be_answered_by_is_refused(tmp_path: Path, table: str) -> None:
    path = tmp_path / "script.toml"
    path.write_text(f"[[rule]]\n{table}\n")
    with pytest.raises(SimulatorError, match=r"script .*, rule 1: "):
        read_script(path)


def test_the_example_in_the_docstring_of_scripts_is_one(tmp_path: Path) -> None:
    path = tmp_path / "script.toml"
    path.write_text((igcrawl.simulator.script.__doc__ or "").partition("\n\n")[2].partition("\n\nThe keys")[0])
    arguments = read_script(path)
    assert [len(arguments[name]) for name in ("faults", "limits")] == [2, 2]
    assert arguments["challenge_after"] == 3
    Simulator(**arguments)


def test_the_package_imports_nothing_of_the_rest() -> None:
    files = list((ROOT / "igcrawl" / "simulator").glob("*.py"))
    assert len(files) > 20
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.ImportFrom) or node.level == 0, file
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith("igcrawl") or f"{name}.".startswith("igcrawl.simulator."), (file, name)


def test_the_documented_accounts_are_in_the_package_docstring() -> None:
    text = igcrawl.simulator.__doc__ or ""
    for account in ACCOUNTS.values():
        assert account.shows in text


def test_files_needed_are_found_wherever_it_is_started(tmp_path: Path) -> None:
    code = "from igcrawl.simulator.payloads import payload; payload('profile.web')"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, check=False).returncode == 0
