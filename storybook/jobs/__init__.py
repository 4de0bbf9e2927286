"""Commands that outlive who started them, each in a folder: start and look with `manager`, read
with `folder`, tell with `reporting`; the runner is a process of its own.
"""
