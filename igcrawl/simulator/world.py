"""The world that every operation answers from."""

from igcrawl.simulator.answers import Answer, missing_account
from igcrawl.simulator.cursors import Cursors
from igcrawl.simulator.graph import Graph
from igcrawl.simulator.pages import Pager
from igcrawl.simulator.parsed_request import Ask
from igcrawl.simulator.people import People
from igcrawl.simulator.posts import Posts


class World:
    """The graph, its people and its pages, for one seed."""

    def __init__(self, users: int, seed: int, page_size: int | None) -> None:
        self.graph = Graph(users, seed)
        self.people = People(self.graph)
        self.posts = Posts(self.graph)
        self.cursors = Cursors(seed)
        self.pager = Pager(self.graph, self.cursors, page_size)

    def known_target(self, ask: Ask) -> int | Answer:
        """Return the id a request is about, or the answer for one that is not there."""
        target = ask.target or ""
        if not (target.isascii() and target.isdigit() and len(target) < 20):
            return missing_account()
        user_id = int(target)
        return user_id if self.graph.exists(user_id) else missing_account()
