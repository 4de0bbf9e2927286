"""Tales that the project composes, for its small writer to learn from.

`compose` tells one tale with exactly the asked pages and a summary of it. The plots and words are
text, in `plots_*.toml` and `words.toml`:

- `(a|b)` takes one of the choices;
- `{H}` is the hero's name, `{he} {him} {his} {self}` the hero's pronouns;
- `{P}` is the companion, introduced when first mentioned, `{V}` the companion as one calls it, and
  `{phe} {phim} {phis}` its pronouns;
- `{s}` is the species, `{cs}` coat and species, `{adj}` a quality such as `shy`;
- `{at} {to} {pl}` are the place (`by the pond`, `to the pond`, `the pond`);
- `{R}` is the refrain and `{R3}` its changed third time;
- `{t}` and the plot's other `slots` are fixed for a tale; `{a_t}` puts an article in front, and a
  capital letter in a slot's name makes one;
- in summaries `{WHO}` is the hero, `{PAL}` the companion and `{TWO}` both, in one of many wordings.

A plot with `alone` has no companion before its turn, one with `indoor` stays in its room. A plot is
told as often as its `weight` says, 1 unless it says so.
"""

from training.starter.tales.compose import Tale, compose
from training.starter.tales.words import Lexicon, load_lexicon

__all__ = ["Lexicon", "Tale", "compose", "load_lexicon"]
