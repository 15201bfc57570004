"""`make demo-postgres`: the simulator crawled into an embedded Postgres, and two queries of docs/postgres.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.support.postgres import database

ROOT = Path(__file__).parents[2]
CRAWLS = (
    ("followers", "-a", "user_id=25025320"),
    ("following", "-a", "user_id=25025320"),
    ("suggestions", "-a", "user_id=25025320", "-a", "depth=2"),
)
SHOWN = ("Mutual followers", "Reach of a suggestion graph")
ROWS = 5


def queries() -> dict[str, str]:
    """The queries of docs/postgres.md by their headings."""
    text = (ROOT / "docs" / "postgres.md").read_text()
    return dict(re.findall(r"^### (.+?)\n.*?```sql\n(.+?)```", text, re.M | re.S))


def main() -> None:
    with database() as url:
        environment = os.environ | {"IG_SIMULATOR": "True", "IG_STORE": url}
        for crawl in CRAWLS:
            print(f"$ scrapy crawl {' '.join(crawl)}", flush=True)
            subprocess.run([sys.executable, "-m", "scrapy", "crawl", *crawl], env=environment, cwd=ROOT, check=True)
        with psycopg.connect(url) as connection:
            for table in ("users", "profiles", "follows", "suggestions", "walks"):
                (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone() or (0,)
                print(f"{table:<12} {count:>8,} rows")
            for name in SHOWN:
                cursor = connection.execute(queries()[name])
                print(f"\n{name}: {', '.join(column.name for column in cursor.description or ())}")
                for row in cursor.fetchmany(ROWS):
                    print("  " + ", ".join(map(str, row)))
        print("\nNext, with a database of your own: IG_STORE=postgresql://… scrapy crawl …, see docs/postgres.md")


if __name__ == "__main__":
    main()
