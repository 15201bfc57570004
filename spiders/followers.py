"""`scrapy crawl followers -a user_id=…`: who follows an account."""

from igcrawl.base_spiders.list_spider import ListSpider


class FollowersSpider(ListSpider):
    """Followers of an account."""

    name = "followers"
    examples = (
        "-a username=instagram -O followers.jsonl",
        "-a user_id=25025320 -a max_users=1000 -O followers.csv",
    )
    direction = "followers"
