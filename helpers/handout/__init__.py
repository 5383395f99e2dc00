"""A hand-out without answers: what checks know of the public inputs, as data.

`writing` makes it from the course; `reading`, `written` and `manifest` are all that goes along with it.
"""
