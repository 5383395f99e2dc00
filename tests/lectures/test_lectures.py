"""What every lecture promises its reader, read from the executed notebooks."""

import ast
import json
import re
import subprocess
import sys

import nbformat
import pytest

from helpers.judging.exercise import Question
from helpers.lectures import exercises_of, lecture_named, lecture_names
from helpers.paths import NOTEBOOKS, SOLUTIONS

NAMES = lecture_names()
HELPERS = NOTEBOOKS.parent / "helpers"


def executed(name):
    return nbformat.read(SOLUTIONS / f"{name}.ipynb", as_version=4)


def printed(cell):
    """Everything that a cell shows as text."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        data = output.get("data", {})
        yield data.get("text/plain", "")
        yield re.sub(r"<[^>]+>", " ", re.sub(r"base64,[^\"]*", "", data.get("text/html", "")))


def quoted_numbers(markdown):
    """Decimal numbers and percentages in prose, without formulas, code, years and links."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|```.*?```|`[^`]*`|\]\([^)]*\)", " ", markdown, flags=re.DOTALL)
    return re.findall(r"(?<![\w.])-?\d+\.\d+|(?<![\w.])\d+(?= ?%)", text)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_in_the_prose_is_computed(name):
    """A number that a reader meets in a sentence is printed by a cell, or belongs to what a slide says."""
    notebook = executed(name)
    computed = " ".join(text for cell in notebook.cells if cell.cell_type == "code" for text in printed(cell))
    in_code = " ".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    missing = []
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            continue
        # What a slide says is quoted from the slide; the ledger holds it against what is computed.
        own = re.sub(r"\*\*The slide says\*\*.*?(?=\*\*[Tt]he computer|\Z)", " ", cell.source, flags=re.DOTALL)
        for number in quoted_numbers(own):
            if not re.search(rf"(?<![\d.]){re.escape(number.lstrip('-'))}(?!\d)", computed + " " + in_code):
                missing.append((number, cell.source[:60]))
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_alt_text(name):
    for cell in executed(name).cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert "image/png" not in data, "use show(figure, alt), which carries the alt text"
            for tag in re.findall(r"<img\b[^>]*>", data.get("text/html", "")):
                assert re.search(r'alt="[^"]{40,}"', tag)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_of_a_size_that_opens_at_once(name):
    assert (SOLUTIONS / f"{name}.ipynb").stat().st_size < 1_500_000
    assert (NOTEBOOKS / f"{name}.ipynb").stat().st_size < 150_000


@pytest.mark.parametrize("name", lecture_names())
def test_every_exercise_stands_where_its_idea_is_explained(name):
    """Its placeholder, its stub and its check are in the source, under the heading that its feedback names."""
    source = (SOLUTIONS / f"{name}.md").read_text(encoding="utf-8")
    headings = {heading.strip() for heading in re.findall(r"^#+ (.*)$", source, re.MULTILINE)}
    for exercise in exercises_of(name):
        assert source.count(f"{{{{ exercise {exercise.name} }}}}") == 1
        pattern = rf"^{exercise.name} = \.\.\." if isinstance(exercise, Question) else rf"^def {exercise.name}\("
        assert len(re.findall(pattern, source, re.MULTILINE)) == 1
        assert re.search(rf"^check\(({exercise.name}|{exercise.name}={exercise.name})\)$", source, re.MULTILINE)
        assert exercise.section in headings, (exercise.name, exercise.section)


@pytest.mark.parametrize("name", NAMES)
def test_tensorflow_is_imported_only_where_keras_is_used(name):
    """The cells before the first that says `keras` run in a process that never loads TensorFlow."""
    notebook = json.loads((NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8"))
    sources = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    before = []
    for source in sources:
        if "keras" in source.replace("keras2", ""):
            break
        before.append(source)
    nodes = [node for source in before for node in ast.parse(source).body]
    imports = [ast.unparse(node) for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    code = "\n".join(
        [*imports, "import sys", "assert 'tensorflow' not in sys.modules", "assert 'keras' not in sys.modules"]
    )
    subprocess.run([sys.executable, "-c", code], check=True)


ARROWS = {
    # room: the rooms of helpers/ that it may import
    "sandbox": set(),
    "judging": {"sandbox"},
    "templates": set(),
    "datasets": {"paths"},
    "audit": set(),
    "neural": {"datasets"},
    "drawing": set(),
    "evidence": set(),
    "lectures": {"judging", "sandbox", "audit", "datasets", "neural", "drawing", "evidence", "paths"},
    # `building` and `proving` to show an answer; of `handout` the manifest, which stands alone.
    "checking": {"lectures", "judging", "sandbox", "templates", "paths", "building", "proving", "handout"},
    "grading": {
        "lectures",
        "judging",
        "checking",
        "sandbox",
        "templates",
        "fingerprint",
        "paths",
        "handout",
        "variants",
    },
    "handout": {
        "lectures",
        "judging",
        "checking",
        "sandbox",
        "grading",
        "variants",
        "building",
        "paths",
        "in_the_browser",
        "__all__",
    },
    "variants": {"lectures", "judging"},
    "folder": {"lectures", "judging", "checking", "grading", "fingerprint", "paths"},
    "building": {"lectures", "judging", "checking", "fingerprint", "paths"},
    "proving": {"lectures", "judging", "sandbox", "building", "evidence", "datasets", "paths"},
}
# Inside a lecture's folder: what each part may import from it, and from the course.
PARTS = {
    "experiments": ({"experiments"}, {"neural", "datasets", "audit"}),
    "figures": ({"experiments"}, {"drawing", "neural"}),
    "explorer": ({"experiments", "figures"}, {"drawing", "neural", "datasets"}),
    "ledger": ({"experiments"}, {"neural", "datasets", "evidence"}),
    "claims": ({"experiments"}, {"neural", "datasets", "evidence"}),
    "exercises": ({"exercises", "given"}, {"judging", "sandbox", "datasets"}),
    "given": (set(), set()),  # what an exercise gives its learner to work on, in the notebook and in its judge
}
TRAINING = {"networks", "search", "gradient_signs"}  # of helpers.neural: who imports them computes


def imported(path):
    """The modules of helpers/ that a file imports, with their full names."""
    package = ["helpers", *path.relative_to(HELPERS).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("helpers"))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            if module.startswith("helpers"):
                yield from (f"{module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("room", ARROWS)
def test_arrows_point_one_way(room):
    found = {name.split(".")[1] for path in (HELPERS / room).rglob("*.py") for name in imported(path)}
    assert found - {room} <= ARROWS[room]


def test_the_manifest_of_a_hand_out_stands_alone_and_is_all_that_others_take_of_it():
    assert {name.split(".")[1] for name in imported(HELPERS / "handout/manifest.py")} == {"paths"}
    taken = {
        name for room in ("checking", "grading") for path in (HELPERS / room).rglob("*.py") for name in imported(path)
    }
    assert {name.split(".")[2] for name in taken if name.startswith("helpers.handout")} == {"manifest"}


@pytest.mark.parametrize("name", NAMES)
def test_a_lecture_imports_no_other_and_its_parts_point_one_way(name):
    folder = lecture_named(name).folder
    for path in folder.rglob("*.py"):
        part = path.relative_to(folder).parts[0].removesuffix(".py")
        if part == "__init__":
            continue
        own, rooms = PARTS[part]
        for module in imported(path):
            room, *inside = module.split(".")[1:]
            if room == "lectures":
                assert inside[0] == folder.name, f"{path} imports another lecture: {module}"
                assert inside[1] in own, f"{path} imports {module}"
            else:
                assert room in rooms, f"{path} imports {module}"


@pytest.mark.parametrize("name", NAMES)
def test_figures_draw_what_they_are_given(name):
    """They train nothing and draw no random numbers: what they show has been computed by an experiment."""
    path = lecture_named(name).folder / "figures.py"
    if not path.exists():
        pytest.skip("no figures of its own")
    assert not [m for m in imported(path) if m.split(".")[1] == "neural" and TRAINING & set(m.split("."))]
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"np\.random\b|default_rng|\.fit\(", text)


def formatting_lines(source):
    """The lines of a cell that only make what is computed readable: texts made of values, and printing.

    A table that takes values and is called in one line is like a figure; what goes on below its first line is not.
    """
    lines = set()
    for node in ast.walk(ast.parse(source)):
        own = range(node.lineno, node.end_lineno + 1) if hasattr(node, "lineno") else range(0)
        match node:
            case ast.JoinedStr() | ast.Call(func=ast.Name("print" | "format")):
                lines.update(own)
            case ast.Call(func=ast.Attribute(ast.Name() | ast.Constant(), "format" | "join" | "ljust" | "rjust")):
                lines.update(own)
            case ast.Call(func=ast.Name("table")):
                lines.update(own[1:])
    return lines


@pytest.mark.parametrize("name", NAMES)
def test_less_than_a_tenth_of_the_code_that_a_reader_sees_is_formatting(name):
    formatting, seen = 0, 0
    for cell in nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells:
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata and not cell.source.startswith("%"):
            code = {
                number
                for number, line in enumerate(cell.source.splitlines(), start=1)
                if line.strip() and not line.lstrip().startswith("#")
            }
            formatting, seen = formatting + len(code & formatting_lines(cell.source)), seen + len(code)
    assert formatting < seen / 10, f"{formatting} of {seen} lines"
