"""Which model stands behind which door, open for the length of a `with`; what a book asks of them
(`candidates`), and what they cannot give it (`departures`).
"""
