"""`scrapy crawl profiles -a user_ids=1,2,3`: profiles, one request each, two when the account is given by its name."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from igcrawl.arguments import ProfilesArguments, read_target_file
from igcrawl.base_spiders.operation_spider import OperationSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Profile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed

logger = logging.getLogger(__name__)


class ProfilesSpider(OperationSpider):
    """Profiles of the given accounts, each account once."""

    name = "profiles"
    examples = (
        "-a usernames=instagram,nasa -O profiles.jsonl",
        "-a user_ids=25025320,528817151 -O profiles.csv",
    )
    arguments = ProfilesArguments
    args: ProfilesArguments
    main_record = Profile.TYPE

    @classmethod
    def check(cls, given: dict[str, Any]) -> ProfilesArguments:
        """Check the arguments and every line of the target file."""
        args = ProfilesArguments.parse(given)
        if args.file is not None:
            read_target_file(args.file)
        return args

    def targets(self) -> list[list[str]] | None:
        """Return the file's targets: the same file with other lines is another crawl."""
        if self.args.file is None:
            return None
        file = read_target_file(self.args.file)
        if file.header is not None:
            logger.info("file=%s: line %s, %r, is taken for a header; an account needs @", self.args.file, *file.header)
        return [list(target) for target in file.targets]

    def seeds(self) -> Iterator[Seed]:
        """Give a walk a target."""
        for kind, target in self._targets():
            yield seed_of(OPERATIONS["user_profile"], {kind: target}, target=target)

    def _targets(self) -> list[tuple[str, str]]:
        if self.args.file is not None:
            return list(read_target_file(self.args.file).targets)
        ids = [("user_id", user_id) for user_id in dict.fromkeys(self.args.user_ids or ())]
        return ids + [("username", username) for username in dict.fromkeys(self.args.usernames or ())]
