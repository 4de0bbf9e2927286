"""Who is in a summary, of what kind, and whom its pronouns mean; its door `__init__` has all that
others may ask.

The one place that reads what an author types, in layers that each can be tested:
text -> tokens -> names -> noun phrases -> characters -> pronouns.
"""

from storybook.summary.people import Character
from storybook.summary.pronouns import pronouns_in
from storybook.summary.reader import Reading, names_in, read_summary
from storybook.summary.tokens import called

__all__ = ["Character", "Reading", "called", "names_in", "pronouns_in", "read_summary"]
