"""Torture: a crawl that is killed with -9 at random moments until it is through.

``python -m tests.torture --kills 200 --store sqlite|postgres [--outputs jsonl,csv,…] [--seed N]``

Twenty accounts with 40,000 follows are crawled once in peace. Then the same command is killed again and again, in its
first millisecond, between a write and its commit, while it ends, and must leave what the peaceful one left: the same
records in each output, each once, and the same rows. At most one page of an open walk is asked again a kill. Short
crawls follow, whose lives are mostly beginning and end.

Between two runs others are at work: an output is removed, renamed, cut, edited, replaced, appended to, or another crawl
writes into it by a link. Connections to Postgres are cut around their commits.
"""
