"""Many books from one list of orders: read with `reading`, stand in a `table`, and are made one
after another by `batch`, with models that stay open.
"""
