"""A training run is a folder: steps, samples, state and log, whichever wing it is of; listed,
stopped, gone on with and thrown away here.
"""
