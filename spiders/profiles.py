"""`scrapy crawl profiles -a user_ids=1,2,3`: profiles, one request each, two when the account is given by its name."""

from __future__ import annotations

from igcrawl.arguments import AccountArguments, Target
from igcrawl.base_spiders.target_spider import TargetSpider
from igcrawl.crawl.walk_rows import seed_of
from igcrawl.items import Profile
from igcrawl.operations.catalogue import OPERATIONS
from igcrawl.store import Seed


class ProfilesSpider(TargetSpider):
    """Profiles of the given accounts, each account once."""

    name = "profiles"
    examples = (
        "-a username=instagram,nasa -O profiles.jsonl",
        "-a file=accounts.csv -a column=username -O profiles.csv",
    )
    arguments = AccountArguments
    main_record = Profile.TYPE

    def seed(self, target: Target) -> Seed:
        """Return an account's walk."""
        return seed_of(OPERATIONS["user_profile"], {target.kind: target.value})
