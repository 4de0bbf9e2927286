"""Which weights a studio enlarges with, and the names that its plates are kept by."""

from collections.abc import Callable
from pathlib import Path

from storybook.config import EnlargeSettings
from storybook.models import packaged
from storybook.records import digest


def enlarger_file(options: EnlargeSettings) -> Path:
    """The enlarger's weights: those that are named, or others while they are not fetched.

    Raises ModelError if there are neither.
    """
    return packaged.fetched(options.enlarger, options.otherwise)


def edges_file(options: EnlargeSettings) -> Path | None:
    """The weights that find edges, if any are named; raises ModelError if they are not fetched."""
    return packaged.fetched(options.edges) if options.edges else None


def is_controlled(options: EnlargeSettings) -> bool:
    """Whether pictures are painted over before they are enlarged with the weights in use."""
    named = options.enlarger in packaged.known() and not packaged.is_missing(options.enlarger)
    return options.is_controlled and not (named and options.control_for == "otherwise")


def enlarger_names(options: EnlargeSettings, painter: Callable[[], str]) -> tuple[str, ...]:
    """The enlarger's name, and those of others whose plates are as good.

    So fetching weights, or having none of them elsewhere, makes no plate due. A name contains the
    digest of weights; of the `painter`'s, too, if that paints over.
    """
    own = name_of(str(enlarger_file(options)), double="nearest")
    others = packaged.other_names(options.enlarger, options.otherwise)
    controlled = [is_controlled(options), *(options.is_controlled for _ in others)]
    if others and options.control_for == "otherwise":
        controlled[1] = options.is_controlled and not controlled[0]
    names = (own, *others)
    if options.engine != "own" and options.enlarger != "nearest":
        names = tuple(f"{options.engine}-{name}" for name in names)
    if not any(controlled):
        return names
    models = [name_of(str(each)) for each in (options.control, edges_file(options)) if each]
    manner = (options.strength, options.control_weight, options.steps, options.guidance)
    held = f"-held-{digest(painter(), models, manner)}"
    return tuple(name + held * each for name, each in zip(names, controlled, strict=True))


def name_of(model: str, *, double: str = "") -> str:
    """What a model is called by, or the name of the double that stands for it."""
    if model == double:
        return double
    from storybook.models.weights import model_name

    return model_name(Path(model))
