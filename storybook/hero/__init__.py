"""Who must look the same on each page: a hero is a folder, which `folder` reads, and the other
files change.
"""
