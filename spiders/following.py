"""`scrapy crawl following -a user_id=…`: whom an account follows."""

from igcrawl.base_spiders.list_spider import ListSpider


class FollowingSpider(ListSpider):
    """Accounts that an account follows."""

    name = "following"
    examples = (
        "-a username=instagram -O following.jsonl",
        "-a user_id=25025320 -a since=last -o following.jsonl",
    )
    direction = "following"
