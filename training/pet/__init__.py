"""Teach a painter a pet (DreamBooth): `train` is the recipe, read from top to bottom, `recipe` its
settings; the other files are its parts.
"""
