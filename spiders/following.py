"""`scrapy crawl following -a user_id=…`: whom an account follows."""

from spiders.lists import ListSpider


class FollowingSpider(ListSpider):
    """Whom an account follows."""

    name = "following"
    direction = "following"
