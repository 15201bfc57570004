"""One call, without Scrapy's engine: the request on the wire, its signature, what the answer means, rotation."""
