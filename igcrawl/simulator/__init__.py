"""An Instagram that fits in a process: for tests, the demo and benchmarks.

    with Simulator(users=1000, seed=7) as simulator:
        ...  # ask simulator.mobile_url and simulator.web_url with simulator.session, then read simulator.requests

It serves both hosts on one loopback port, from a social graph computed from a seed. It imports nothing of the rest of
igcrawl, so that one mistake cannot pass on both sides; what it knows of the server comes from the wire files and
recorded answers under tests/. Faults are scripted with `simulator.faults` or a TOML file (see `script`), limits with
`simulator.limits`, `Simulator(limits=[Limit(200, 3600)], challenge_after=3)` or the same file. `TROUBLES` lists every
way to say that a session is in trouble, each as a fault.

Accounts with documented ids (`ACCOUNTS`):

25025320          instagram          followed by every one of --users accounts (1,000 by default); follows 193
100000001         private.account    private: 850 followers that nobody may list
100000002         missing.account    does not exist
100000003         limited.account    12,000 followers, of which the server lists 1,000 and says that it cut
100000004         hollow.account     5,000 followers and 400 followed by its profile, both lists empty
100000005         short.account      5,000 followers by its profile, 4,600 listed (8% short)
100000006         overlap.account    400 followers, each page repeats three of the page before
100000007         gap.account        400 followers, an empty page with a cursor in the middle
100000008         loop.account       1,200 followers, the cursor of page two comes again after 600
100000009         huge.account       10,000,000 followers, whatever --users says
100000010         nobody.account     no followers, follows nobody
100000011         verified.one       verified, 260 followers
100000012         verified.two       verified, 90 followers
100000013         verified.three     verified, 7 followers
100000014         shy.account        open lists, but "Not eligible for chaining."
100000015         nearly.account     5,000 followers by its profile, 4,800 listed (4% short, within tolerance)
100000021 to 23   mutual.1 to .3     follows the other two mutuals and is followed by them
100000040         torture.hub        2,000 followers, first of all the twenty torture accounts, whom alone it follows
100000041 to 60   torture.01 to .20  2,000 followers, 500 shared with the next; together 40,000 follows
9007199254740993  beyond.53.bits     its id, and those of its 150 followers, are above 2^53
58001234567       own.account        the account whose session the simulator accepts; no followers, follows nobody

Everybody else is an ordinary account: 0 to 300 followers out of the population, as many as its profile says; one in
three is private; the first --users of them follow 25025320. Each posts 0 to 399 times.
"""

from igcrawl.simulator.accounts import ACCOUNTS, START_ID
from igcrawl.simulator.errors import SimulatorError
from igcrawl.simulator.faults import Fault
from igcrawl.simulator.limits import Limit
from igcrawl.simulator.requests_log import LoggedRequest
from igcrawl.simulator.session_faults import TROUBLES, Trouble
from igcrawl.simulator.simulator import Simulator

__all__ = [
    "ACCOUNTS",
    "START_ID",
    "TROUBLES",
    "Fault",
    "Limit",
    "LoggedRequest",
    "Simulator",
    "SimulatorError",
    "Trouble",
]
