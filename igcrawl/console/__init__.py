"""Display of a crawl while it runs and after its end: `LiveView` is Scrapy's extension.

`facts` gathers, `snapshot` and `summary` are plain values, `lines` and `tables` show them, without and with a terminal.
"""
