"""Seven verbs: write split describe draw choose enlarge bind."""
