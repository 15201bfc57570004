"""Tests. Whatever runs from here, tests, benches and demos, keeps session states in a folder of its own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_OURS = "igcrawl-test-states-"
_given = os.environ.get("XDG_STATE_HOME", "")
#: Where the session states of the user are who runs this: nothing writes there.
REAL_STATES = Path(
    os.environ.get("IGCRAWL_REAL_STATES") or Path(_given or Path.home() / ".local" / "state") / "igcrawl"
)
#: The variable that names the folder of all tests' folders, see pytest.
ROOT_OF_TESTS = "PYTEST_DEBUG_TEMPROOT"

if not Path(_given).name.startswith(_OURS):
    os.environ["IGCRAWL_REAL_STATES"] = str(REAL_STATES)
    os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix=_OURS)
    atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)
