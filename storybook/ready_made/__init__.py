"""Stories that come with the project: found by words, and told about another hero; no book and no
model is known here."""
