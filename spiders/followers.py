"""`scrapy crawl followers -a user_id=…`: who follows an account."""

from spiders.lists import ListSpider


class FollowersSpider(ListSpider):
    """Who follows an account."""

    name = "followers"
    direction = "followers"
