"""An Instagram that fits in a process: for tests, the demo and benchmarks."""

from igcrawl.simulator.accounts import ACCOUNTS, START_ID
from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.faults import Fault
from igcrawl.simulator.requests_log import LoggedRequest
from igcrawl.simulator.simulator import Simulator

__all__ = ["ACCOUNTS", "START_ID", "Fault", "LoggedRequest", "Simulator", "SimulatorError"]
