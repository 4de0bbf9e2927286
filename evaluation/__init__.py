"""How good the studio's models are, on what they have never seen (`make evaluate`); nothing imports
from here.

judge           a classifier taught on the artist's drawings only; it says what a picture shows
pictures        unseen combinations and prompts in free words, painted and judged
stories         unseen summaries, told and measured; `measures` is what is measured
books           whole books through the real chain, judged page by page; `coat` its hero's colour
report          the tables, in the terminal and in `docs/evaluation.md`

`prompts.toml`, `summaries.toml`, `summaries_styles.toml` and `summaries_unseen.txt` were written by
hand, for this and for no training.
"""
