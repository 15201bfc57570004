"""`scrapy crawl profiles -a user_ids=1,2,3`: profiles, one request each, two when the account is given by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from igcrawl.args import ProfilesArguments, read_targets
from igcrawl.catalogue import OPERATIONS
from igcrawl.items import Profile
from igcrawl.spider import OperationSpider
from igcrawl.walk import Walk


class ProfilesSpider(OperationSpider):
    """Profiles of the given accounts, each account once."""

    name = "profiles"
    arguments = ProfilesArguments
    args: ProfilesArguments
    main_record = Profile.TYPE

    @classmethod
    def check(cls, given: dict[str, Any]) -> ProfilesArguments:
        """Check the arguments and every line of the target file."""
        args = ProfilesArguments.parse(given)
        if args.file is not None:
            read_targets(args.file)
        return args

    def walks(self) -> Iterator[Walk]:
        """Give a walk a target."""
        for kind, target in self._targets():
            yield Walk(operation=OPERATIONS["user_profile"], target=target, args={kind: target}, limits=self.limits)

    def _targets(self) -> list[tuple[str, str]]:
        if self.args.file is not None:
            return read_targets(self.args.file)
        ids = [("user_id", user_id) for user_id in dict.fromkeys(self.args.user_ids or ())]
        return ids + [("username", username) for username in dict.fromkeys(self.args.usernames or ())]
