"""Seven verbs: write split describe draw choose enlarge bind; each is a file, and none knows
another.
"""
