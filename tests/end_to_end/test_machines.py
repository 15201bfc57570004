"""Two machines with one Postgres over TCP: a crawl of both, with kills on either side, and outputs of their own."""

from __future__ import annotations

import random
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlsplit

from psycopg.conninfo import conninfo_to_dict

from igcrawl.simulator import Simulator
from tests.conftest import AT_ONCE, read_jsonl
from tests.support import postgres
from tests.support.crawls import until
from tests.support.machine import Machine, machines

#: 260 followers; of their lists eleven are walked, too.
HUB, WALKS = "100000011", 12
CRAWL = ("followers", "-a", f"user_id={HUB}", "-a", "depth=2", "-a", f"max_walks={WALKS}", "-a", "crawl=shared")


def test_two_machines_share_a_crawl_and_each_output_holds_all_of_it(tmp_path: Path) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    with Simulator(page_size=20) as simulator, postgres.database() as url:
        simulator.faults.add(kind="delay", delay=0.03)
        port = urlsplit(simulator.mobile_url).port
        known = conninfo_to_dict(url)
        assert port is not None
        with machines(tmp_path, port, f"{known['host']}/.s.PGSQL.5432") as (both, apart):
            for machine in both:
                simulator.write_session(machine.folder / "session.json")
            runs = {machine.name: start(machine, simulator, str(known["dbname"]), url, apart=apart) for machine in both}
            for machine in both:
                before = len(simulator.requests)
                until(lambda so_far=before: len(simulator.requests) > so_far + chance.randrange(1, 6))
                runs[machine.name].kill()
                runs[machine.name].wait()
                runs[machine.name] = start(machine, simulator, str(known["dbname"]), url, apart=apart)
            for machine in both:
                assert runs[machine.name].wait(90) == 0, (machine.folder / "log.txt").read_text()[-3000:]
        for machine in both:
            records = read_jsonl(machine.folder / "out.jsonl")
            follows = [(record["owner_pk"], record["pk"]) for record in records if record["type"] == "follow"]
            walks = {record["target"]: record["verdict"] for record in records if record["type"] == "walk"}
            assert len(walks) == WALKS
            assert set(walks.values()) <= {"complete", "private"}
            owners = [target for target, verdict in walks.items() if verdict == "complete"]
            wanted = sorted((owner, pk) for owner in owners for pk in simulator.graph.follower_ids(owner))
            assert sorted(follows) == wanted
            assert HUB in owners
        assert len(simulator.requests) <= len({(r.operation, r.target, r.cursor) for r in simulator.requests}) + 4


def start(machine: Machine, simulator: Simulator, database: str, url: str, *, apart: bool) -> Popen[bytes]:
    store = f"postgresql://postgres@{machine.gateway}:5432/{database}" if apart else url
    environment = {
        "IG_MOBILE_URL": simulator.mobile_url,
        "IG_WEB_URL": simulator.web_url,
        "IG_SESSION": "session.json",
        "IG_STORE": store,
        **AT_ONCE,
    }
    return machine.scrapy("crawl", *CRAWL, "-O", "out.jsonl", log="log.txt", **environment)
