"""Pictures with words, and stories with summaries, read from many layouts and made ready to teach
from; nothing here knows a recipe.

readers.py        one folder, five layouts -> Examples; what is odd about it -> Findings
  folders.py      which files are pictures, which are words
  kohya.py        metadata and latents of kohya's scripts
  hugging_face.py imagefolders and saved datasets
pictures.py       opens a training picture upright, in RGB, within bounds; duplicates
captions.py       the words that a picture is taught with
buckets.py        sizes of batches, which examples share one, and in which order they come
balance.py        how much each folder weighs
"""
