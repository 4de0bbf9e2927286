from tokenizers import Tokenizer

from storybook.config import shipped
from training.pet.coach import coach, token_findings


class Pieces:
    """A tokenizer that knows some words and spells the others."""

    def __init__(self, *known):
        self.known = known

    def tokenize(self, text):
        return [f"{text}</w>"] if text in self.known else list(text)


PETS = [shipped("assets", "pets", "ohwx-dog", f"{number:02d}.jpg") for number in range(1, 7)]


def test_the_report_has_photos_and_token():
    report = coach(PETS, "ohwx", Pieces("ohwx"))
    assert [each.file for each in report.photos.photos] == [path.name for path in PETS]
    assert report.token == () and not report.good  # the drawings are small
    assert report.photos.fit == 6
    assert "only 256 px" in report.photos.photos[0].reasons[0]


def test_a_token_in_pieces_or_a_common_word_is_told():
    assert token_findings("ohwx", Pieces("ohwx")) == ()
    (pieces,) = token_findings("ohwx", Pieces())
    assert "4 pieces to this painter (o h w x)" in pieces
    (common,) = token_findings("dog", Pieces("dog"))
    assert "know this word already" in common


class Starters:
    """The starter's tokenizer by the library below transformers, which loads in no time."""

    def __init__(self):
        folder = shipped("assets", "starter", "painter", "tokenizer")
        self.whole = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.whole.no_padding()

    def tokenize(self, text):
        return self.whole.encode(text, add_special_tokens=False).tokens


def test_the_starters_tokenizer_tells_pieces():
    assert len(Starters().tokenize("cat")) == 1
    assert "pieces to this painter" in token_findings("xqzvw", Starters())[0]
