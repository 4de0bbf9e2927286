"""A book is a folder: `paths` alone knows how it lies there; the shelf, archives and what of a
book can be printed stand beside it.
"""
