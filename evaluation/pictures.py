"""Pictures: does the painter paint what it is told, also in combinations that it never met?"""

import tomllib
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from random import Random

import numpy as np

from evaluation.judge import (
    JUDGE_PX,
    Accuracy,
    SceneAttributes,
    accuracy,
    distance,
    features_of,
    judged,
    restored,
    shown_by,
    taught_judge,
)
from evaluation.painting import PaintingTask, paint, paint_share
from evaluation.records import Bench, MetricRow, MetricTable, PartResult, mean
from evaluation.sheets import contact_sheet, save_small
from storybook.config import validated
from storybook.models.classifier import Classifier
from storybook.records import Event, Record
from storybook.shard import Shard
from storybook.world import World
from training.starter.artist import draw as drawn
from training.starter.cards import CARD, Card
from training.starter.dataset import BLOCK, pictures_in
from training.starter.pictures import Picture, caption, random_picture
from training.starter.taught import TAUGHT, combination, fingerprint, taught_in

PROMPTS = Path(__file__).with_name("prompts.toml")
SEED = 41
AIMS = {
    "species": 0.97,
    "coat": 0.97,
    "action": 0.96,
    "place": 0.97,
    "thing": 0.92,
    "characters": 0.97,
}
ALL, ALL_AIM = "all of these", 0.85
SEVERAL, SEVERAL_AIM = "all of these, two figures and more", 0.75
JUDGE_AIM = 0.98
NOTHING = "no thing where none was asked"
ON_SHEET, COLUMNS, SIDE_PX = 24, 8, 112


class FreePrompt(Record):
    """A prompt as somebody would say it, with what it asks for; None is not asked for."""

    words: str
    species: str
    coat: str
    place: str
    action: str | None = None
    thing: str | None = None
    """Empty: there should be none."""
    relation: str | None = None
    light: str | None = None
    style: str | None = None
    shot: str | None = None
    characters: int = 1

    @property
    def shown(self) -> SceneAttributes:
        """What a picture of it should show."""
        asked = self.model_dump(exclude_none=True, exclude={"words"})
        return SceneAttributes(
            **asked | ({"thing": self.thing or None} if self.thing is not None else {})
        )


class FreePrompts(Record):
    """The table of `prompts.toml`."""

    prompt: tuple[FreePrompt, ...]


def evaluate(bench: Bench) -> Generator[Event, None, PartResult]:
    """Paint unseen combinations and free prompts, judge them, and lay out two sheets."""
    judge, held_out = yield from taught_judge(bench)
    pictures, unseen, free = _asked_of(bench)
    painted = yield from paint(bench, [*unseen, *free])

    found = {
        "unseen combinations": (unseen, painted.first[: len(unseen)]),
        f"best of {bench.extent.tries}": (unseen, painted.chosen[: len(unseen)]),
        "free words": (free, painted.first[len(unseen) :]),
        f"free, best of {bench.extent.tries}": (free, painted.chosen[len(unseen) :]),
    }
    seen_in = {name: judged(judge, pixels)[0] for name, (_, pixels) in found.items()}
    columns = {
        name: _by_attribute([one.shown for one in asked], seen_in[name])
        for name, (asked, _) in found.items()
    }
    drawn_shown = [shown_by(picture, bench.world) for picture in held_out.pictures]
    soft = yield from restored(bench, "judge-held-out", held_out.pixels)
    on_drawings = accuracy(drawn_shown, judged(judge, held_out.pixels)[0])
    on_restored = accuracy(drawn_shown, judged(judge, soft)[0])
    wanted = np.stack([np.asarray(drawn(each, bench.world, JUDGE_PX)) for each in pictures])
    _unseen_sheet(bench, pictures, wanted, found["unseen combinations"][1])
    _free_sheet(bench, free, painted.chosen[len(unseen) :])
    return PartResult(
        title="Pictures",
        tables=(
            _table(columns, bench),
            _distance_table(
                judge, wanted, [found[name][1] for name in list(found)[:2]], (held_out.pixels, soft)
            ),
            _judge_table(judge, on_drawings, on_restored, len(held_out.pictures), bench),
        ),
        examples=_mistakes(unseen, seen_in["unseen combinations"]),
        sheets=("evaluation-pictures.png", "evaluation-prompts.png"),
    )


def paint_pictures_share(bench: Bench, shard: Shard) -> Iterator[Event]:
    """Paint a share of the pictures, into the work."""
    _, unseen, free = _asked_of(bench)
    words = [one.words for one in (*unseen, *free)]
    yield from paint_share(bench, words, bench.extent.tries, (), shard)


def _asked_of(bench: Bench) -> tuple[list[Picture], list[PaintingTask], list[PaintingTask]]:
    """Unseen combinations, what is asked for them, and what is asked in free words."""
    seen = taught_combinations(Path(bench.studio.settings.draw.painter), bench.world)
    pictures = unseen_pictures(bench.world, bench.extent.combinations, seen)
    unseen = [
        PaintingTask(caption(picture, bench.world), shown_by(picture, bench.world))
        for picture in pictures
    ]
    free = [PaintingTask(each.words, each.shown) for each in load_prompts()[: bench.extent.prompts]]
    return pictures, unseen, free


def taught_combinations(painter: Path, world: World) -> set[int]:
    """Fingerprints of all combinations that the painter was taught, by its folder; none unsaid."""
    if (painter / TAUGHT).is_file() or not (painter / CARD).is_file():
        return taught_in(painter)
    card = Card.model_validate_json((painter / CARD).read_bytes())
    blocks = range(-(-card.pictures // BLOCK))
    return {
        fingerprint(one) for block in blocks for one in pictures_in(world, card.data_seed, block)
    }


def unseen_pictures(world: World, count: int, seen: set[int]) -> list[Picture]:
    """`count` pictures of different combinations, no fingerprint of which is in `seen`."""
    rng, found = Random(f"evaluation/{SEED}"), {}
    while len(found) < count:
        picture = random_picture(world, rng)
        if fingerprint(picture) not in seen:
            found.setdefault(combination(picture), picture)
    return list(found.values())


def load_prompts() -> tuple[FreePrompt, ...]:
    """The prompts in free words."""
    table = tomllib.loads(PROMPTS.read_text(encoding="utf-8"))
    return validated(FreePrompts, table, str(PROMPTS)).prompt


def _by_attribute(
    asked: Sequence[SceneAttributes], seen: Sequence[SceneAttributes]
) -> dict[str, float | None]:
    """Shares right; things and their relations where one was asked for, and `all` that is aimed at.

    Half of the pictures have no thing, which is easily right, so these are counted apart.
    """
    rates: dict[str, float | None] = {}
    pairs = list(zip(asked, seen, strict=True))
    for name in SceneAttributes.model_fields:
        rates[name] = mean(
            getattr(wish, name) == getattr(got, name)
            for wish, got in pairs
            if name in wish.model_fields_set and (name not in ("thing", "relation") or wish.thing)
        )
    rates[NOTHING] = mean(
        got.thing is None
        for wish, got in pairs
        if "thing" in wish.model_fields_set and wish.thing is None
    )
    rates[ALL] = mean(_has_all(wish, got) for wish, got in pairs)
    several = [pair for pair in pairs if pair[0].characters > 1]
    rates[SEVERAL] = mean(_has_all(wish, got) for wish, got in several)
    return rates


def _has_all(wish: SceneAttributes, got: SceneAttributes) -> bool:
    """Whether all that is asked for and aimed at is seen."""
    return all(
        getattr(wish, name) == getattr(got, name) for name in wish.model_fields_set & set(AIMS)
    )


def _table(columns: dict[str, dict[str, float | None]], bench: Bench) -> MetricTable:
    order = [*AIMS, ALL, SEVERAL, NOTHING, "relation", "light", "style", "shot"]
    aims = AIMS | {ALL: ALL_AIM, SEVERAL: SEVERAL_AIM}
    extent = bench.extent
    return MetricTable(
        title="Share of pictures whose ... is right",
        columns=tuple(columns),
        rows=tuple(
            MetricRow(
                what=name,
                values=tuple(rates[name] for rates in columns.values()),
                aim=aims.get(name),
            )
            for name in order
        ),
        meaning=f"{extent.combinations} combinations of species, coat, action, place and thing "
        "that were in none of the painter's training pictures, said as a book says them, and "
        f"{extent.prompts} prompts written by hand in free words, of which only what they ask for "
        "is judged. Painted with the painter's own settings at fixed seeds: the first picture, and "
        f"the one that the critic chose among {extent.tries}. `thing` and `relation` count where a "
        "thing was asked for; `all of these` are the attributes above it together.",
        aimed=tuple(range(len(columns))),
    )


def _distance_table(
    judge: Classifier,
    drawings: np.ndarray,
    painted: Sequence[np.ndarray],
    folded: tuple[np.ndarray, np.ndarray],
) -> MetricTable:
    """How far painted pictures are from the artist's; `folded` are drawings before and after."""
    wanted, before = features_of(judge, drawings), features_of(judge, folded[0])
    pairs = [(features_of(judge, pixels), wanted) for pixels in painted]
    pairs.append((features_of(judge, folded[1]), before))
    rows = tuple(
        MetricRow(
            what=what,
            values=tuple(round(distance(one[part], other[part]), 4) for one, other in pairs),
        )
        for part, what in enumerate(("whole pictures", "who stars, where the kind is seen"))
    )
    return MetricTable(
        title="How far from the artist's drawings",
        columns=("painted", "the critic's choice", "drawings through the VAE"),
        rows=rows,
        meaning="Mean squared distance, in the judge's features, of a picture of an unseen "
        "combination from the artist's drawing of it, as a share of that of any two drawings: 0 is "
        "the same picture, 1 another one. The last column is what the VAE alone takes away.",
    )


def _judge_table(
    judge: Classifier, drawings: Accuracy, restored: Accuracy, count: int, bench: Bench
) -> MetricTable:
    rows = tuple(
        MetricRow(
            what=f"{name} ({drawings.mistaken[name]})" if name in drawings.mistaken else name,
            values=(round(drawings.right[name], 4), round(restored.right[name], 4)),
            aim=JUDGE_AIM,
        )
        for name in judge.config.choices
    )
    return MetricTable(
        title="How good the judge is",
        columns=("drawings", "through the VAE"),
        rows=rows,
        meaning=f"On {count} held-out drawings, and on the same after the painter's VAE: what is "
        "lost there no painter can show. The judge's own errors count against the painter above. "
        "In brackets the most frequent mistake on drawings. Taught for "
        f"{bench.extent.judge_steps} steps on {bench.extent.judge_drawings} drawings of its own of "
        f"{JUDGE_PX} px and {bench.extent.judge_restored} of them after the VAE.",
    )


def _mistakes(asked: Sequence[PaintingTask], seen: Sequence[SceneAttributes]) -> tuple[str, ...]:
    """For each aimed attribute, what was painted instead most often."""
    mistaken = accuracy([one.shown for one in asked], seen).mistaken
    return tuple(
        f"Most often wrong in {name}: {mistaken[name]}" for name in AIMS if name in mistaken
    )


def _unseen_sheet(
    bench: Bench, pictures: Sequence[Picture], wanted: np.ndarray, painted: np.ndarray
) -> None:
    """Rows in pairs: as the artist draws it, and as the painter painted it from the words."""
    rows, words = [], []
    for start in range(0, min(ON_SHEET, len(pictures)), COLUMNS):
        part = pictures[start : start + COLUMNS]
        rows.append(list(wanted[start : start + len(part)]))
        rows.append(list(painted[start : start + len(part)]))
        words += [[""] * len(part), [_in_short(picture) for picture in part]]
    save_small(contact_sheet(rows, words, SIDE_PX), bench.out / "evaluation-pictures.png")


def _free_sheet(bench: Bench, free: Sequence[PaintingTask], painted: np.ndarray) -> None:
    starts = range(0, min(ON_SHEET, len(free)), COLUMNS)
    rows = [list(painted[start : start + COLUMNS][: ON_SHEET - start]) for start in starts]
    words = [[one.words for one in free[start : start + COLUMNS]] for start in starts]
    save_small(contact_sheet(rows, words, SIDE_PX), bench.out / "evaluation-prompts.png")


def _in_short(picture: Picture) -> str:
    thing = f", {picture.thing}" if picture.thing else ""
    others = "".join(f", {coat} {kind}".replace("  ", " ") for kind, coat in picture.companions)
    return f"{picture.coat} {picture.species}, {picture.action}{thing}, {picture.place}{others}"
