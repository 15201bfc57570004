"""Runs the torture."""

from __future__ import annotations

import argparse
import random
import sys

import tests.torture
from tests.torture.ground import OUTPUTS, BrokenError
from tests.torture.torturer import torture

parser = argparse.ArgumentParser(
    description=tests.torture.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
parser.add_argument("--kills", type=int, default=200)
parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
parser.add_argument("--page-size", type=int, default=20)
parser.add_argument("--outputs", default=",".join(OUTPUTS), help="names, or none (default: all at once)")
parser.add_argument("--medium", action="store_true", help="crawls of a few hundred follows")
arguments = parser.parse_args()
print(f"seed {arguments.seed}: {arguments.kills} kills on {arguments.store}, {arguments.outputs}", flush=True)
try:
    names = [name for name in arguments.outputs.split(",") if name != "none"]
    given = arguments.kills, arguments.seed, arguments.page_size, names
    print(torture(arguments.store, *given, long=not arguments.medium))
except BrokenError as broken:
    sys.exit(f"broken: {broken}")
