"""choose: the best candidate of each page is picked, with the critic's reasons."""

from collections.abc import Iterator, Sequence

from PIL import Image

from storybook.book.folder import Book
from storybook.book.lock import hand_of
from storybook.book.verdicts import in_words, keep_verdicts
from storybook.errors import BookError, NotForChildren
from storybook.hero.folder import hero_photos
from storybook.models import Critic
from storybook.records import Candidate, Event, Hero, Judged, Pick, digest
from storybook.studio.candidates import candidates as asked_of
from storybook.studio.studio import Studio


def choose(
    candidates: Sequence[Candidate], images: Sequence[Image.Image], hero: Hero, critic: Critic
) -> Pick:
    """The candidate with the highest score; of equals, the first. Keeps what was said of all."""
    judged = tuple(
        Judged(candidate=candidate.id, verdict=critic.judge(image, candidate.prompt, hero))
        for candidate, image in zip(candidates, images, strict=True)
    )
    best = max(judged, key=lambda one: one.verdict.score)
    return Pick(page=candidates[0].prompt.page, candidate=best.candidate, judged=judged)


def shown(book: Book, studio: Studio, page: int) -> list[Candidate]:
    """A page's candidates but for those whose pictures were not kept."""
    everything = asked_of(book, studio, page)
    return [each for each in everything if not book.refusal_of(page, each.id).is_file()]


def made_from(book: Book, studio: Studio, page: int) -> str:
    """The digest of everything that a page's pick depends on, the pictures themselves included."""
    candidates = shown(book, studio, page)
    pictures = [book.picture(page, candidate.id).read_bytes() for candidate in candidates]
    star = book.cast[0]
    photos = [(path.name, path.stat().st_size) for path in hero_photos(star.name)]
    return digest(candidates, pictures, star, photos, studio.critic_name)


def due(book: Book, studio: Studio) -> list[int]:
    """The pages that have to be chosen (again)."""
    pages = studio.shard.of(scene.page for scene in book.scenes)
    return [page for page in pages if is_due(book, studio, page)]


def is_due(book: Book, studio: Studio, page: int) -> bool:
    """Whether a page has to be chosen (again); an author's pick never is."""
    pick = book.pick(page)
    if pick and pick.by == "author":
        if not book.picture(page, pick.candidate).is_file():
            raise BookError(
                f"{book.pick_of(page)}: picture {pick.candidate} is gone. "
                f"Pick another: storybook pick {book.folder} {page} CANDIDATE_ID"
            )
        return False
    return book.due(book.pick_of(page), made_from(book, studio, page))


def run(book: Book, studio: Studio) -> Iterator[Event]:
    todo = due(book, studio)
    if not todo:
        return
    hero, empty = book.cast[0], []
    yield Event(stage="choose", done=0, total=len(todo), note="looking at the pictures")
    with studio.critic(hero) as critic:
        for done, page in enumerate(todo, start=1):
            why = choose_page(book, studio, page, critic)
            if why is None:
                empty.append(page)
            else:
                yield Event(stage="choose", done=done, total=len(todo), page=page, note=why)
    check_kept(book, empty)


def choose_page(book: Book, studio: Studio, page: int, critic: Critic) -> str | None:
    """Keep the best of a page's pictures, and return why; None if no picture of it was kept.

    What its author takes while the critic looks stays.
    """
    candidates, hero = shown(book, studio, page), book.cast[0]
    if not candidates:
        return None
    sources = made_from(book, studio, page)
    images = [book.image(page, candidate.id) for candidate in candidates]
    pick = choose(candidates, images, hero, critic)
    keep_verdicts(book, page, pick.judged)
    with hand_of(book.folder):
        taken = book.pick(page)
        if taken is None or taken.by != "author":
            book.save(book.pick_of(page), pick, sources)
    return _why(pick)


def check_kept(book: Book, empty: Sequence[int]) -> None:
    """Raise NotForChildren if there are pages of which no picture was kept."""
    if empty:
        raise NotForChildren(
            f"{book.folder}: the picture safety checker kept back every picture of page "
            f"{', '.join(map(str, empty))}. Say the scene in another way, or draw others: "
            f"storybook reroll {book.folder} {empty[0]}"
        )


def _why(pick: Pick) -> str:
    return next(in_words(one.verdict) for one in pick.judged if one.candidate == pick.candidate)
