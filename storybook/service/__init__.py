"""The service for a house, over HTTP: `desk` takes orders and says how they stand, by the functions
that the studio uses; `api` is what is said over the wire, and `limits` what is refused.
"""
