"""The house rules that a program can check."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import house
from house import parsed, statements, walked
from storybook import stages
from storybook.cli.parser import VERBS
from storybook.config import Settings
from storybook.make import STAGES

ROOT = Path(__file__).parent.parent
PACKAGES = ("storybook", "training", "evaluation", "app", "benchmarks")
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
MAY_IMPORT = {
    "": {
        "storybook": "",
        "training": "storybook",
        "app": "storybook training",
        "benchmarks": "storybook training",
        "evaluation": "storybook training",
    },
    "storybook": {
        "images": "",
        "jobs": "",
        "press": "",
        "models": "images",
        "terminal": "jobs",
        "hero": "images jobs models",
        "summary": "",
        "book": "hero images models press",
        "story": "book models summary",
        "ready_made": "story summary",
        "studio": "book hero models story",
        "stages": "book hero images models press ready_made story studio",
        "page_by_page": "book models stages studio",
        "make": "book page_by_page stages studio",
        "authoring": "book hero images make models press ready_made stages story studio summary",
        "orders": "authoring book make story studio",
        "cluster": "book jobs make orders studio",
        "service": "authoring book hero jobs orders",
        "api": "authoring book hero make stages story studio",
        "__init__": "api",
        "cli": "authoring book cluster hero images jobs make models orders press ready_made "
        "service story studio terminal",
        "__main__": "cli",
    },
    "training": {
        "data": "",
        "formats": "",
        "runs": "",
        "pet": "data formats runs",
        "story": "data runs",
        "starter": "data runs story",
        "desk": "data starter",
        "__main__": "desk pet runs starter story",
    },
    "app": {
        "widgets": "",
        "hero": "widgets",
        "main": "widgets",
        "views": "hero widgets",
    },
    "storybook.stages": dict.fromkeys(VERBS, ""),
}
"""Which room of a package may import which, the lowest first. Files that stand in no table are the
ground floor: all may import from them, and they import from no room. README.md says what lives in
each room."""
STAGES_OF = ("storybook.stages.", "storybook.make.")
HEAVY = {"torch", "diffusers", "transformers", "peft", "accelerate", "spandrel", "ray", "skia"}


def name_of(path):
    return str(path.relative_to(ROOT))


def imports(tree, *, everywhere):
    """Modules that a file imports, at its top or in its functions too."""
    nodes = statements(tree) if everywhere else tree.body
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_files_and_functions_are_short():
    long = []
    for path in SOURCES:
        if path.read_text(encoding="utf-8").count("\n") > 320:
            long.append(name_of(path))
        for node in statements(parsed(path)):
            if isinstance(node, ast.FunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > (150 if node.name.startswith("train") else 60):
                    long.append(f"{name_of(path)}: {node.name}")
    assert not long


def test_nearly_all_functions_fit_on_a_screen():
    """The best of the field, k-diffusion, had 26 lines at 95 percent when we began to count."""
    _, functions = house.lengths()
    assert house.percentile(functions, 95) <= 27


def test_nobody_gags_the_formatter():
    """Tables of numbers and words are data files."""
    gag = "# fmt" + ":"
    sources = (*SOURCES, *(ROOT / "tests").glob("*.py"))
    assert not [name_of(path) for path in sources if gag in path.read_text(encoding="utf-8")]


def test_no_file_holds_the_marks_of_a_merge():
    folders = (*PACKAGES, "assets", "docs", "examples", "prompts", "tests")
    texts = [*ROOT.glob("*.md")] + [
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".css", ".js", ".json", ".md", ".py", ".toml", ".txt"}
    ]
    assert len(texts) > 500
    marks = re.compile(r"^(<{7}|>{7})( |$)", re.MULTILINE)
    marked = [name_of(path) for path in texts if marks.search(path.read_text(encoding="utf-8"))]
    assert marked == []


def test_heavy_libraries_stay_in_models():
    for path in SOURCES:
        package, *rest = path.relative_to(ROOT).with_suffix("").parts
        if package != "storybook" or (rest[0] == "models" and rest[-1] != "__init__"):
            continue
        tree = parsed(path)
        tops = {name.split(".")[0] for name in imports(tree, everywhere=False)}
        assert not tops & HEAVY, f"{path}: heavy libraries belong in models, or inside functions"
        anywhere = {name.split(".")[0] for name in imports(tree, everywhere=True)}
        assert "streamlit" not in anywhere, path


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_rooms_import_as_the_table_says(package):
    drawn = house.rooms_of(package, house.arrows_of_modules())
    table = {room: set(others.split()) for room, others in MAY_IMPORT[package].items()}
    ground = drawn.keys() - table.keys()
    assert not table.keys() - drawn.keys(), "a room of the table is gone"
    for room in ground:
        assert drawn[room] <= ground, f"{room} is in no table, so it stands on the ground"
    found = {room: drawn[room] - ground for room in table}
    assert found == table, "a room imports from another one, or no longer"


def test_no_room_is_in_a_circle():
    arrows = house.arrows_of_modules()
    for package in house.packages(arrows):
        assert not house.circles(house.rooms_of(package, arrows)), package


def test_no_module_is_in_a_circle():
    assert not house.circles(house.arrows_of_modules())


RENAMES = {"rename", "renames", "replace", "move"}


def renames_in(tree):
    """Calls that rename a file or a folder by hand; `str.replace` takes two arguments."""
    for node in walked(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of, name = node.func.value, node.func.attr
            module = of.id if isinstance(of, ast.Name) else ""
            alone = len(node.args) == 1 and not node.keywords
            if (name in RENAMES and module in ("os", "shutil")) or (
                name in RENAMES - {"move"} and alone
            ):
                yield node.lineno


def test_files_are_renamed_by_one_module_alone():
    """What is to be there whole goes through `storybook.files`, which flushes before it renames."""
    for path in SOURCES:
        if name_of(path) == "storybook/files.py":
            continue
        tree = parsed(path)
        by_hand = list(renames_in(tree))
        assert not by_hand, f"{path}: use write_whole, replacing or move of storybook.files"
        if path.parts[len(ROOT.parts)] != "benchmarks":
            taken = {name.rpartition(".")[2] for name in imports(tree, everywhere=True)}
            assert "save_file" not in taken, f"{path}: use save_weights of storybook.files"


def test_faults_are_cut_to_a_line_by_one_module_alone():
    """`splitlines()[0]` fails where a fault says nothing; storybook.errors knows better."""
    by_hand = re.compile(
        r"str\((fault|error)\)(\.strip\(\))?\.(splitlines|partition|split\(\))|def _?first_line"
    )
    spared = {"storybook/errors.py"}
    found = {name_of(path) for path in SOURCES if by_hand.search(path.read_text(encoding="utf-8"))}
    assert not found - spared, "use first_line, last_line or in_one_line of storybook.errors"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("draft.replace(path)", True),
        ("draft.rename(to)", True),
        ("os.replace(a, b)", True),
        ("os.rename(a, b)", True),
        ("shutil.move(a, b)", True),
        ("text.replace('a', 'b')", False),
        ("when.replace(microsecond=0)", False),
        ("replace(record, a=1)", False),
        ("move(draft, path)", False),
    ],
)
def test_renames_in_finds_what_is_renamed_by_hand(line, found):
    assert bool(list(renames_in(ast.parse(line)))) == found


def asks_streamlit(tree):
    """The lines in which Streamlit itself is asked whether a button was pressed."""
    buttons = ("st.button", "st.form_submit_button")
    alone = {id(node.value) for node in walked(tree) if isinstance(node, ast.Expr)}
    calls = [node for node in walked(tree) if isinstance(node, ast.Call)]
    used = [call for call in calls if id(call) not in alone]
    return [call.lineno for call in used if ast.unparse(call.func) in buttons]


def test_pages_ask_pressed_whether_a_button_was_pressed():
    """`app.buttons.pressed`, which hears a press also where the page is drawn anew just then."""
    assert asks_streamlit(ast.parse("if x and st.button('Go'):\n    pass\nst.button('Go')")) == [1]
    found = {name_of(path): asks_streamlit(parsed(path)) for path in (ROOT / "app").rglob("*.py")}
    assert len(found) > 20 and not {name: lines for name, lines in found.items() if lines}


def test_training_knows_no_stage():
    for module, others in house.arrows_of_modules().items():
        if module.startswith("training"):
            assert not any(f"{other}.".startswith(STAGES_OF) for other in others), module


def test_chance_and_time_are_arguments():
    for path in SOURCES:
        if path.parent.name == "stages":
            text = path.read_text(encoding="utf-8")
            for each in ("time.time", "os.environ", "Path.cwd", "import random", "datetime.now"):
                assert each not in text, path


def test_one_word_five_places():
    files = {path.stem for path in Path(stages.__file__).parent.glob("*.py")} - {"__init__"}
    tables = set(Settings.model_fields) - {"name", "device", "precision"}
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert list(STAGES) == list(VERBS)
    assert files == tables == set(VERBS) <= tests


@pytest.mark.parametrize("verb", VERBS)
def test_a_stage_opens_with_what_it_does(verb):
    stage = STAGES[verb]
    assert inspect.getdoc(stage).startswith(f"{verb}: ")
    assert callable(stage.due) and callable(stage.run) and callable(getattr(stage, verb))


def test_every_module_says_what_it_is():
    for path in SOURCES:
        tree = parsed(path)
        assert ast.get_docstring(tree) or not tree.body, path


def test_each_class_has_a_name_of_its_own():
    """So that a name says which one is meant, whatever module it is read in."""
    named = {}
    for path in SOURCES:
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef):
                named.setdefault(node.name, []).append(name_of(path))
    assert not {name: paths for name, paths in named.items() if len(paths) > 1}


def names_in(path):
    """What a module of ours defines or imports at its top, in ifs and tries too."""
    names = set()
    nodes = list(parsed(path).body)
    while nodes:
        match nodes.pop():
            case ast.If() | ast.Try() | ast.With() as block:
                nodes += [
                    each for each in ast.iter_child_nodes(block) if isinstance(each, ast.stmt)
                ]
                nodes += [
                    each for handler in getattr(block, "handlers", ()) for each in handler.body
                ]
            case (
                ast.FunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.AsyncFunctionDef(name=name)
            ):
                names.add(name)
            case ast.Import(names=found) | ast.ImportFrom(names=found):
                names |= {each.asname or each.name.split(".")[0] for each in found}
            case ast.Assign() | ast.AnnAssign() as said:
                targets = said.targets if isinstance(said, ast.Assign) else [said.target]
                names |= {
                    each.id
                    for target in targets
                    for each in ast.walk(target)
                    if isinstance(each, ast.Name)
                }
    return names


def test_what_is_imported_from_our_modules_is_there():
    """Seen without importing: a name that was moved is missed in modules that few tests open."""
    modules = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in SOURCES}
    modules = {name.removesuffix(".__init__"): path for name, path in modules.items()}
    known = {name: names_in(path) for name, path in modules.items()}
    for name in modules:
        parent, _, own = name.rpartition(".")
        known.get(parent, set()).add(own)
    for path in (*SOURCES, *(ROOT / "tests").glob("*.py")):
        for node in statements(parsed(path)):
            if isinstance(node, ast.ImportFrom) and node.module in known:
                missing = {alias.name for alias in node.names} - known[node.module]
                assert not missing, f"{name_of(path)} imports {missing} from {node.module}"


def test_readme_shows_the_tree_that_the_rooms_say():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert house.tree() in text, "python tests/house.py --tree prints it as it is now"
