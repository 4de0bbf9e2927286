"""The dataset desk: whatever makes a dataset out of pictures, `python -m training dataset ...`.

board.py       a dataset as its owner looks through it and mends it, with a way back
  drawing.py     crops and masks that are drawn
  places.py      where its words lie
look.py        what a folder is, how it is read, what is amiss
annotate.py    captions and tags for every picture that has none, in batches, to be gone on with
  captioners.py  say what a picture shows: BLIP and its like, a server, the drawn world's critic
  breed_captioner.py  names kinds and breeds of pets
  taggers.py     say it in tags: WD14 and DeepDanbooru
  words.py       where such words are kept: sidecars, image_captions.json, metadata
metadata.py    metadata as kohya's scripts keep it: read, written, merged
clean.py       cleans captions and tags of it by rules, which are data (`rules/`)
latents.py     latents of all pictures, as kohya's scripts train from them
build.py       a Hugging Face dataset, on the disk and, when asked, on a hub
cli.py         the command line of all this, with annotate_cli.py for captions and tags
"""
