"""Work on more than one machine, by Ray: `connect` joins or starts a cluster, `team` keeps workers
there busy, `maker` is what a worker does with a book, and `batch` makes a list of orders so.
"""
