"""The doubles keep the promises of their doors."""

import pytest
from PIL import Image

from storybook.errors import ReplyError
from storybook.models.doubles import EchoWriter, FlatPainter, LengthCritic, NearestEnlarger
from storybook.readability import TARGETS, measure
from storybook.records import Candidate, Hero, Prompt, Story

SUMMARY = (
    "Biscuit the cat loses her blue mitten in the snow. Her friend Pip the mouse looks in every "
    "corner of the garden. At night they find the mitten under the old oak tree and go home."
)
HERO = Hero(name="Biscuit", species="cat")


def question(pages: int, summary: str = SUMMARY) -> str:
    return (
        f"Pages: {pages}. Ages: 3-5.\nHero: Biscuit, an orange cat\n"
        f"Summary: {summary} END\nFull story:"
    )


@pytest.mark.parametrize("pages", [4, 12, 40])
def test_a_story_has_the_pages_the_hero_and_the_summary(pages: int) -> None:
    title, *paragraphs = EchoWriter().tell(question(pages), seed=1, max_words=4000).split("\n\n")
    assert title == "Title: The Day of Biscuit" and len(paragraphs) == pages
    assert all("Biscuit" in each and len(each.split()) <= 45 for each in paragraphs)
    told = " ".join(paragraphs).replace(" …", "").split()
    assert all(word in told for word in SUMMARY.split())
    assert measure(" ".join(paragraphs)).fk_grade <= TARGETS["3-5"].fk_grade
    assert EchoWriter().tell(question(pages), seed=2, max_words=4000) != "\n\n".join(
        [title, *paragraphs]
    )


def test_what_an_echo_cannot_do() -> None:
    with pytest.raises(ReplyError, match="Summary:"):
        EchoWriter().tell("Tell me something.", seed=1, max_words=100)
    with pytest.raises(ReplyError, match="more than 20 words"):
        EchoWriter().tell(question(12), seed=1, max_words=20)
    with pytest.raises(ReplyError, match="no Story"):
        EchoWriter().answer(question(12), Story, seed=1)


def asked(**changes: object) -> Candidate:
    return Candidate(
        prompt=Prompt(page=1, positive="a cat"),
        painter="flat",
        seed=1,
        width_px=64,
        height_px=48,
        steps=1,
        guidance=1,
    ).but(**changes)


def test_a_picture_follows_its_request() -> None:
    sizes = ((64, 48), (1, 1), (8, 200))
    requests = [asked(width_px=width, height_px=height) for width, height in sizes]
    pictures = list(FlatPainter().paint(requests))
    assert [(each.size, each.mode) for each in pictures] == [(size, "RGB") for size in sizes]
    one, same, other = FlatPainter().paint([asked(), asked(), asked(seed=2)])
    assert one.tobytes() == same.tobytes() != other.tobytes()


def test_the_critic_prefers_more_and_the_enlarger_keeps_the_shape() -> None:
    prompt = Prompt(page=1, positive="a cat")
    flat, drawn = Image.new("RGB", (64, 48)), next(FlatPainter().paint([asked()]))
    critic = LengthCritic()
    low, high = (critic.judge(each, prompt, HERO).score for each in (flat, drawn))
    assert 0 <= low < high <= 1
    large = NearestEnlarger().enlarge(drawn, prompt, width_px=128, seed=1)
    assert (large.size, large.mode) == ((128, 96), "RGB")
