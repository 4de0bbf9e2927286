"""The trash beside what is thrown away: a folder lies there under its name and the time."""

import re

TRASH = ".trash"
WHEN, THROWN = "%Y%m%d-%H%M%S-%f", re.compile(r"(.+)-(\d{8}-\d{6}-\d{6})")
