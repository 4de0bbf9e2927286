"""The house: which rooms the code has, who imports whom, on which floors, in circles or upwards.

    python tests/house.py           draws each package: rooms, floors, arrows, circles, climbs,
                                    and says how long files and functions are
    python tests/house.py --tree    prints the tree that README.md shows

A room is a file, or a folder taken as one, of the package that is drawn. An arrow goes from a room
to one that it imports from, wherever the import stands, or that it names in a string of its own. A
room stands one floor above the highest one that it imports from; rooms in a circle share a floor,
and an arrow of a circle that its order does not allow is a climb.
"""

import ast
import math
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("storybook", "training", "evaluation", "app", "benchmarks")
WITHOUT_CODE = {
    "Makefile": "The door: install book app test check bench starter pet story-lora evaluate.",
    "training/recipes": "What is taught, as TOML: each opens as a lab note.",
    "training/presets": "Settings that a recipe may begin from.",
    "prompts": "Text, not code: what is said to writers and painters.",
    "assets": "Fonts, layouts, heroes, studios, the starter's models, the drawn world.",
    "tests": "`make test`; `house.py` draws this tree.",
    "examples": "Orders for `storybook batch`.",
    "docs": "architecture.md (why it is so), log.md (what was found), evaluation.md (how good the "
    "models are), training.md, training-stories.md, datasets.md, models.md (which files), "
    "studio.md (the browser), command-line.md, keepsakes.md, python.md, performance.md, scale.md "
    "(many books, more than one machine).",
}
"""What the tree says of places that have no docstring."""
TREE = (
    "Makefile",
    *("storybook", "training", "evaluation", "app", "benchmarks"),
    *("prompts", "assets", "examples", "tests", "docs"),
)
HIDDEN = ("app/pictures",)
WIDTH, COLUMN = 100, 24

Arrows = dict[str, set[str]]


def modules() -> dict[str, Path]:
    """All modules of the packages by their names, tests apart."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found[name.removesuffix(".__init__")] = path
    return found


@cache
def parsed(path: Path) -> ast.Module:
    """A module's tree, parsed once for all who look at it."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def walked(tree: ast.AST) -> tuple[ast.AST, ...]:
    """All nodes of a tree, walked once for all who look at it."""
    return tuple(ast.walk(tree))


def statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All statements of a module, those within others too; no expression is looked into."""
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, field, ())
            nodes += inner if isinstance(inner, list) else ()


def imports(path: Path, known: Mapping[str, Path]) -> set[str]:
    """Our modules that a file imports, at its top or anywhere, or names in a string of their
    own."""
    found = set()
    for node in walked(parsed(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in known else node.module for name in names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
            found.add(node.value)  # as in a table of what is imported when it is asked for
    return found & known.keys()


@cache
def arrows_of_modules() -> Arrows:
    """Who imports whom, module by module."""
    known = modules()
    return {name: imports(path, known) - {name} for name, path in known.items()}


def room_of(module: str, package: str) -> str | None:
    """The room of a package that a module lies in; None: in none. A package's door is `__init__`.

    >>> room_of("storybook.press.pdf", "storybook"), room_of("storybook.press", "storybook.press")
    ('press', '__init__')
    """
    if not package:
        return module.partition(".")[0]
    if module == package:
        return "__init__"
    inside = module.removeprefix(f"{package}.")
    return inside.partition(".")[0] if inside != module else None


def rooms_of(package: str, arrows: Arrows) -> Arrows:
    """The rooms of a package (all of them for an empty name), and their arrows to each other."""
    drawn: Arrows = {}
    for module, others in arrows.items():
        room = room_of(module, package)
        if room is not None:
            to = {room_of(other, package) for other in others} - {None, room}
            drawn.setdefault(room, set()).update(to)
    if not drawn.get("__init__", True) and not any("__init__" in to for to in drawn.values()):
        del drawn["__init__"]  # a docstring alone is no room
    return drawn


def packages(arrows: Arrows) -> list[str]:
    """All packages that have rooms, the whole first."""
    return ["", *sorted({name.rpartition(".")[0] for name in arrows} - {""})]


def circles(arrows: Arrows) -> list[list[str]]:
    """Rooms that import each other, however far around.

    >>> circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})
    [['a', 'b', 'c']]
    """
    reach = {room: _reached(room, arrows) for room in arrows}
    together = {
        frozenset(other for other in reach[room] if room in reach[other])
        for room in arrows
        if room in reach[room]
    }
    return sorted(sorted(circle) for circle in together)


def climbs(arrows: Arrows) -> list[tuple[str, str]]:
    """Arrows of circles that go against an order of their rooms with few such arrows.

    Eades, Lin and Smyth (1993): again and again the room goes on top of which most more go out
    than come in.

    >>> climbs({"a": {"b", "c"}, "b": {"c"}, "c": {"a"}})
    [('c', 'a')]
    """
    found = []
    for circle in circles(arrows):
        left, order = set(circle), []
        while left:

            def gain(room: str, left: set[str] = left) -> int:
                comes = sum(room in arrows[other] for other in left)
                return len(arrows[room] & left) - comes

            top = max(sorted(left), key=gain)
            order.append(top)
            left.remove(top)
        place = {room: number for number, room in enumerate(order)}
        found += [
            (room, to)
            for room in order
            for to in sorted(arrows[room] & place.keys())
            if place[to] < place[room]
        ]
    return found


def floors(arrows: Arrows) -> dict[str, int]:
    """On which floor each room stands, the ground being 1.

    >>> floors({"a": {"b"}, "b": set(), "c": {"a", "b"}})
    {'a': 2, 'b': 1, 'c': 3}
    """
    up = set(climbs(arrows))
    found: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in found:
            below = [floor(to) for to in sorted(arrows[room]) if (room, to) not in up]
            found[room] = 1 + max(below, default=0)
        return found[room]

    return {room: floor(room) for room in arrows}


def drawing(package: str, arrows: Arrows) -> Iterator[str]:
    """A package in lines: figures, then its floors from the top, then what is wrong."""
    drawn = rooms_of(package, arrows)
    stands = floors(drawn)
    up, around = climbs(drawn), circles(drawn)
    yield (
        f"{package or 'whole'}: {len(drawn)} rooms, {max(stands.values())} floors, "
        f"{sum(map(len, drawn.values()))} arrows, {len(around)} circles, {len(up)} climbs"
    )
    for floor in range(max(stands.values()), 0, -1):
        yield f"  {floor:2}  {' '.join(sorted(room for room in stands if stands[room] == floor))}"
    yield from (f"  circle: {' <-> '.join(circle)}" for circle in around)
    yield from (f"  climb: {room} -> {to}" for room, to in up)


def lengths() -> tuple[list[int], list[int]]:
    """How many lines files, and functions of whatever class, have; both from the shortest on."""
    paths = modules().values()
    files = [path.read_text(encoding="utf-8").count("\n") for path in paths]
    functions = [
        node.end_lineno - node.lineno + 1
        for path in paths
        for node in statements(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return sorted(files), sorted(functions)


def percentile(lengths: Sequence[int], percent: float) -> int:
    """The least length that so many percent do not exceed.

    >>> percentile([1, 2, 3, 4], 50), percentile([1, 2, 3, 4], 51)
    (2, 3)
    """
    return lengths[max(0, math.ceil(len(lengths) * percent / 100) - 1)]


def tail() -> Iterator[str]:
    """Lines of code in all, and the longest files and functions."""
    files, functions = lengths()
    yield f"{sum(files):,} lines in {len(files)} files, {files[-1]} at most"
    usual = ", ".join(f"p{share} {percentile(functions, share)}" for share in (50, 95))
    yield f"{len(functions):,} functions: {usual} lines, {functions[-1]} at most"


def tree() -> str:
    """The places of the repository, a line or more for each, with what it says of itself."""
    lines = []
    for top in TREE:
        lines += _entry(top, depth=0)
        folder = ROOT / top
        if top in PACKAGES:
            inside = sorted(each for each in folder.iterdir() if each.is_dir())
            names = [str(each.relative_to(ROOT).as_posix()) for each in inside]
            for name in names:
                if name not in HIDDEN and _says(name):
                    lines += _entry(name, depth=1)
    return "\n".join(lines)


def _entry(name: str, depth: int) -> list[str]:
    shown = name.rpartition("/")[2] + ("/" if (ROOT / name).is_dir() else "")
    says = _says(name)
    says = says if says[1:2].isupper() else says[0].lower() + says[1:]
    head = "    " + "  " * depth + shown
    return textwrap.wrap(
        f"{head:<{COLUMN}}{says.rstrip('.')}",
        WIDTH,
        subsequent_indent=" " * COLUMN,
        drop_whitespace=True,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _says(name: str) -> str:
    """The first sentence of a folder's docstring."""
    if name in WITHOUT_CODE:
        return WITHOUT_CODE[name]
    door = ROOT / name / "__init__.py"
    text = ast.get_docstring(parsed(door)) if door.is_file() else ""
    return re.split(r"(?<=\.)\s", " ".join((text or "").split()))[0]


def _reached(room: str, arrows: Arrows) -> set[str]:
    found: set[str] = set()
    todo = list(arrows[room])
    while todo:
        other = todo.pop()
        if other not in found:
            found.add(other)
            todo += arrows.get(other, ())
    return found


if __name__ == "__main__":
    if "--tree" in sys.argv:
        print(tree())
    else:
        everything = arrows_of_modules()
        for each in packages(everything):
            print("\n".join(drawing(each, everything)))
        for each in circles(everything):
            print(f"modules in a circle: {' <-> '.join(each)}")
        print("\n".join(tail()))
