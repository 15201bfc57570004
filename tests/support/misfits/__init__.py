"""Recorded answers in which one value is changed, and what must come out of each: the truth is known by its making.

What a place of an answer decides is found by changing it to another value of the same kind: that moves these fields of
these records, and nothing else. So whatever stands there instead, all others must come out as they were.
"""
