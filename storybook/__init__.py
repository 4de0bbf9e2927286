"""The library and its command line: a summary becomes an illustrated children's book that stars the
reader's own pet.
"""

from storybook.quantisation import hide_bitsandbytes

hide_bitsandbytes()
