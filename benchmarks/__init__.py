"""Speed and memory as ratios against a named baseline of the same run (`make bench`)."""

import storybook  # noqa: F401 (first: it keeps libraries from saying what they miss)
