"""Sessions from other programs: each module reads one format into the settings of a `Session`. No Scrapy."""
