"""Photos and pictures as values: read, measured, compared and made plain; no model and no book is
known here.
"""
