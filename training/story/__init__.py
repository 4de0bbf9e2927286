"""Teach a writer to tell stories (LoRA on pairs): `train` is the recipe, read from top to bottom,
`recipe` its settings; pairs are made and checked here, too.
"""
