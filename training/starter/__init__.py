"""How the starter's models are made, from nothing (`make starter`); only who measures, and the
command line, looks in.
"""
