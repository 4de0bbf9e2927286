"""The proof report: every rule of a printer, whether a book keeps it, where not, and what mends it.

Sizes, fonts, inks and what is painted are read from the finished files; where words and pictures
stand from what was set.
"""

from storybook.press import face_rules, file_rules, page_rules
from storybook.press.findings import PreflightFinding, Proofed

RULES = (*page_rules.RULES, *face_rules.RULES, *file_rules.RULES)


def report(book: Proofed) -> tuple[PreflightFinding, ...]:
    """What every rule says of a book, in the order of the printer's tables."""
    findings = [finding for rule in RULES for finding in rule(book)]
    sources = book.printer.sources
    return tuple(each.but(checked=sources[each.rule].checked) for each in findings)
