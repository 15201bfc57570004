"""A HAR file of 30 MB is read in the memory that a small one takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

from tests.capture.dialects import WEB_FORM, WEB_URL, entry, har, write
from tests.conftest import ROOT

SIZE = 30 * 1000 * 1000
#: Megabytes that a reader may take beside its own code.
MOST = 15
READ = """
import json, resource, sys
from pathlib import Path
from igcrawl.capture import read_capture
read_capture(Path(sys.argv[1]), {})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
capture = read_capture(Path(sys.argv[2]), {})
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([capture.requests, len(capture.seen_queries), (after - before) / 1024]))
"""


def test_30_megabytes_are_read_in_flat_memory(tmp_path: Path) -> None:
    small = write(tmp_path, "devtools.har")
    bundle = json.dumps(entry("https://static.cdninstagram.com/bundle.js", answer='function(){"é"}\n' * 100_000))
    call = json.dumps(entry(WEB_URL, {"text": urlencode(WEB_FORM)}, answer='{"data":{"user":null}}' * 1000))
    opening, closing = har().split("[]")
    large = tmp_path / "large.har"
    entries = size = 0
    with large.open("w") as file:
        file.write(f"{opening}[")
        while size < SIZE:
            text = bundle if entries % 20 == 0 else call
            file.write(f"{',' if entries else ''}{text}")
            entries, size = entries + 1, size + len(text) + 1
        file.write(f"]{closing}")
    try:
        assert large.stat().st_size >= SIZE
        done = subprocess.run(
            [sys.executable, "-c", READ, str(small), str(large)],
            cwd=ROOT,
            capture_output=True,
            timeout=60,
            check=True,
        )
    finally:
        large.unlink()
    requests, seen_queries, megabytes = json.loads(done.stdout)
    assert (requests, seen_queries) == (entries, 1)
    assert megabytes < MOST
