"""`scrapy crawl followers -a user_id=…`: who follows an account."""

from igcrawl.base_spiders.list_spider import ListSpider


class FollowersSpider(ListSpider):
    """Followers of an account."""

    name = "followers"
    direction = "followers"
