"""`python -m storybook` is `storybook`."""

import sys

from storybook.cli import main

sys.exit(main())
