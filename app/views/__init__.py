"""A module for each page of the studio, whose function `page` draws it, with the parts that no
other page has.
"""
