"""Words: who plays, what a page shows, how a writer is asked and which of its tellings is taken,
what a painter is told; no book and no studio is opened here.
"""
