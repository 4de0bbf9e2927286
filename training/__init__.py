"""Recipes: what a model is taught, and how; two wings, `pet` and `story`, over what both stand
on."""
