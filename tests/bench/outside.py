"""Runs a command on a core and writes what the system charged for it to a file, as JSON: ``CORE FILE COMMAND …``.

Nothing large is imported here, since a process is charged for the memory of the one it was made from.
"""

import json
import os
import sys
from pathlib import Path


def main(core: int, figures: str, command: list[str]) -> int:
    if core >= 0:
        os.sched_setaffinity(0, {core})
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    spent = {"cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024}
    Path(figures).write_text(json.dumps(spent))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
