"""Hostile files and folders: the notebook itself, what lies beside it, and what they are called."""

import io
import json
import os
import stat
import zipfile

from helpers.grading.marking import MISSING, UNREADABLE
from helpers.grading.submissions import MAX_NOTEBOOK_BYTES
from helpers.judging.judge import CORRECT, ERROR, NOT_ATTEMPTED
from helpers.judging.judge import WRONG as WRONG_STATUS
from tests import classroom
from tests.classroom import LECTURE

from .catalogue import (
    ATTACKED,
    NOBODY,
    WRONG,
    cell_of,
    code_cell,
    folder,
    honest_bytes,
    honest_notebook,
    member,
    notebook,
)

# --- the file ---


@notebook("notebook", UNREADABLE)
def an_empty_file(notebook):
    """Hand in nothing."""
    return b""


@notebook("notebook", UNREADABLE)
def not_json(notebook):
    """Hand in a PDF under the notebook's name."""
    return b"%PDF-1.7\n\xff\xfe\x00 not a notebook"


@notebook("notebook", UNREADABLE)
def brackets(notebook):
    """Hand in fifteen million opening brackets."""
    return b'{"cells": ' + b"[" * 15_000_000


@notebook("notebook", UNREADABLE)
def a_json_bomb(notebook):
    """Hand in eighteen megabytes of empty lists, which take thirty times their size in memory."""
    return b'{"cells": [' + b"[]," * 6_000_000 + b"[]]}"


@notebook("notebook", UNREADABLE)
def a_number_of_many_digits(notebook):
    """Hand in JSON with a number of ten million digits, which takes a square's time to read."""
    return b'{"cells": [' + b"9" * 10_000_000 + b"]}"


@notebook("notebook", UNREADABLE)
def a_hundred_thousand_cells(notebook):
    """Hand in a notebook with a hundred thousand cells."""
    notebook["cells"] += [code_cell("pass")] * 100_000
    return notebook


@notebook("notebook", UNREADABLE)
def a_file_beyond_the_cap(notebook):
    """Hand in twenty megabytes of stored output."""
    notebook["cells"].append(code_cell("") | {"outputs": [{"output_type": "stream", "text": "x" * MAX_NOTEBOOK_BYTES}]})
    return notebook


@notebook("notebook", UNREADABLE)
def four_megabytes_of_source(notebook):
    """Hand in code made of signs that grow when they are encoded."""
    notebook["cells"].append(code_cell("# " + "\U0001f600" * 3_000_000))
    return json.dumps(notebook, ensure_ascii=False).encode()


@notebook("notebook", UNREADABLE)
def another_kind_of_json(notebook):
    """Hand in JSON that is no notebook, with values where objects should be."""
    return json.dumps({"cells": {"cell_type": "code", "source": "leaky_relu = 1"}, "nbformat": [4]}).encode()


@notebook("notebook", CORRECT)
def impossible_cells(notebook):
    """Put numbers, nulls, lists and half cells among the cells."""
    notebook["cells"] += [None, 7, [], "x", {}, {"cell_type": "code"}, {"cell_type": "code", "source": {"a": 1}}]
    notebook["cells"] += [code_cell(None), code_cell([1, None, "\n"]), {"cell_type": ["code"], "source": "1"}]
    return notebook


@notebook("notebook", CORRECT)
def no_metadata(notebook):
    """Take all metadata away, from the notebook and from its cells."""
    notebook["metadata"] = {}
    for cell in notebook["cells"]:
        cell.pop("metadata")
        cell.pop("id", None)
    return notebook


@notebook("notebook", CORRECT)
def tampered_metadata(notebook):
    """Change points, locks, tags and the kernel in the metadata, and give every cell the same identifier."""
    notebook["metadata"] = {"kernelspec": {"name": "bash", "language": "bash"}, "celltoolbar": "Create Assignment"}
    for cell in notebook["cells"]:
        cell["id"] = "same"
        cell["metadata"] = {
            "nbgrader": {"points": 1000, "grade": False, "locked": False, "solution": False, "grade_id": "x"}
        }
        cell["metadata"]["tags"] = ["raises-exception", "skip-execution"]
    return notebook


@notebook("notebook", CORRECT)
def deleted_checks(notebook):
    """Delete every cell that checks, and all text."""
    notebook["cells"] = [
        c for c in notebook["cells"] if c["cell_type"] == "code" and "check(" not in "".join(c["source"])
    ]
    for name in ("always_positive_inputs", "hidden_activation_choice", "unit_that_died"):
        letter = '"c"' if name == "unit_that_died" else "..."
        notebook["cells"].append(code_cell(f"{name} = {letter}"))
    return notebook


@notebook("notebook", NOT_ATTEMPTED, exercise=ATTACKED)
def stored_outputs(notebook):
    """Keep the stub, and store an output that says it was right."""
    untouched = classroom.untouched_notebook()
    stub = cell_of(untouched, ATTACKED)["source"]
    passed = {"output_type": "stream", "name": "stdout", "text": "leaky_relu: correct, 4 of 4 points"}
    cell_of(notebook, ATTACKED).update(source=stub, outputs=[passed], execution_count=1)
    return notebook


@notebook("notebook", CORRECT)
def cells_that_do_not_run(notebook):
    """Surround the answers with cells that exit, loop, crash, delete and shell out, and that nothing needs."""
    hostile = [
        "import os; os._exit(1)",
        "while True: pass",
        "!ls ~",
        "%%bash\nexit 1",
        "%reset -f",
    ]
    hostile += [
        "import ctypes; ctypes.string_at(0)",
        "raise SystemExit",
        "print(input())",
        "%run ../other.py",
        "quit()",
    ]
    notebook["cells"] = [*map(code_cell, hostile), *notebook["cells"], *map(code_cell, hostile)]
    return notebook


@notebook("notebook", CORRECT)
def cells_that_break_a_parser(notebook):
    """Add cells that end a parser's stack, have null bytes, or are no text at all."""
    hostile = ["(" * 10_000, "-" * 100_000 + "1", "x" + ".a" * 50_000, "a\0b", "\ud800", "if 1:\n" * 2000, "f'{" * 500]
    hostile += [
        "+".join(["1"] * 20_000),
        "[" * 300 + "]" * 300,
        "lambda: " * 5000 + "1",
        "def leaky_relu(:",
        "\x0c\x1b",
    ]
    notebook["cells"] += map(code_cell, hostile)
    return notebook


@notebook("notebook", ERROR, exercise=ATTACKED)
def input_and_shell(notebook):
    """Ask for input and call the shell inside the answer."""
    cell_of(notebook, ATTACKED)["source"] = "def leaky_relu(x, alpha=0.01):\n    !ls\n    return float(input())\n"
    return notebook


@notebook("notebook", CORRECT)
def a_second_definition_that_is_wrong(notebook):
    """Define the exercise again at the end, wrongly: what its check has seen counts."""
    notebook["cells"].append(code_cell(WRONG))
    return notebook


@notebook("notebook", WRONG_STATUS, exercise=ATTACKED)
def a_right_definition_that_no_check_has_seen(notebook):
    """Define the exercise rightly above its cell, where a wrong one then takes its place before the check."""
    notebook["cells"].insert(0, code_cell("".join(cell_of(notebook, ATTACKED)["source"])))
    cell_of(notebook, ATTACKED)["source"] = WRONG
    return notebook


# --- the folder ---


@folder("notebook", UNREADABLE)
def a_symbolic_link(class_folder, student, places):
    """Hand in a link to a file of the instructor's."""
    (class_folder / student).mkdir()
    (class_folder / student / f"{LECTURE}.ipynb").symlink_to(f"{places['HOME']}/canary.txt")


@folder("notebook", UNREADABLE)
def a_link_to_a_neighbours_notebook(class_folder, student, places):
    """Hand in a link to a neighbour's right answers."""
    (class_folder / student).mkdir()
    (class_folder / student / f"{LECTURE}.ipynb").symlink_to(f"../a-neighbour/{LECTURE}.ipynb")


@folder("notebook", NOBODY)
def a_linked_folder(class_folder, student, places):
    """Hand in a folder that is a link to another class."""
    (class_folder / student).symlink_to(places["OTHER"])


@folder("notebook", UNREADABLE)
def a_pipe(class_folder, student, places):
    """Hand in a named pipe, which blocks whoever opens it."""
    (class_folder / student).mkdir()
    os.mkfifo(class_folder / student / f"{LECTURE}.ipynb")


@folder("notebook", UNREADABLE)
def an_endless_device(class_folder, student, places):
    """Hand in a device that never ends, or a link to one where only root may make devices."""
    path = class_folder / student / f"{LECTURE}.ipynb"
    path.parent.mkdir()
    try:
        os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        path.symlink_to("/dev/zero")


@folder("notebook", UNREADABLE)
def a_folder_called_like_the_notebook(class_folder, student, places):
    """Hand in a folder with the notebook's name, with folders in it down to the limit and beyond."""
    path = class_folder / student / f"{LECTURE}.ipynb"
    path.joinpath(*["deeper"] * 12).mkdir(parents=True)
    path.joinpath(*["deeper"] * 12, "04_activations.ipynb").write_bytes(honest_bytes())


@folder("notebook", CORRECT)
def thousands_of_files(class_folder, student, places):
    """Hand in three thousand other files beside the notebook."""
    classroom.write_submission(class_folder, student, honest_notebook())
    for i in range(3000):
        (class_folder / student / f"x{i}.txt").touch()


@folder("notebook", MISSING)
def no_notebook(class_folder, student, places):
    """Hand in an empty folder."""
    (class_folder / student).mkdir()


@folder("notebook", CORRECT)
def two_submissions(class_folder, student, places):
    """Hand in the lecture twice: the last by name counts, and the student is told."""
    classroom.write_submission(class_folder, student, b"not json")
    (class_folder / student / f"{LECTURE}_second.ipynb").write_bytes(honest_bytes())


@notebook("notebook", CORRECT, student="n" * 255)
def the_longest_name(notebook):
    """Hand in under the longest name that a folder can have."""
    return notebook


@notebook("notebook", CORRECT, student="dots.. and ~ and $HOME and %2e%2e")
def a_name_of_dots_and_signs(notebook):
    """Hand in under a name that a shell or a URL would read as another."""
    return notebook


@notebook("notebook", NOBODY, student="Zoe\u0308")
def a_name_in_decomposed_form(notebook):
    """Hand in under a name that equals another one once Unicode is normalized: they are one person."""
    return notebook


@notebook("notebook", WRONG_STATUS, exercise=ATTACKED, student="Zo\u00eb")
def a_name_in_composed_form(notebook):
    """The other of the two: this paper counts, the newest."""
    cell_of(notebook, ATTACKED)["source"] = WRONG
    return notebook


@notebook("notebook", CORRECT, student="same?name")
def a_name_that_is_cleaned(notebook):
    """Hand in under a name that becomes a neighbour's once a file system's forbidden signs are replaced."""
    return notebook


@notebook("notebook", WRONG_STATUS, exercise=ATTACKED, student="same*name")
def another_name_that_is_cleaned(notebook):
    """The other of the two: their feedback must not mix."""
    cell_of(notebook, ATTACKED)["source"] = WRONG
    return notebook


@folder("notebook", CORRECT, student="not\\xfftext")
def a_name_that_is_no_text(class_folder, student, places):
    """Hand in under a name whose bytes are not UTF-8: no table or database takes it as it is."""
    classroom.write_submission(class_folder, os.fsdecode(b"not\xfftext"), honest_notebook())


# --- the zip ---


@member("notebook", CORRECT)
def a_member_that_climbs(archive, student):
    """Put a path with ../ into the zip."""
    archive.writestr(f"../../{student}/../../{student}/{LECTURE}.ipynb", honest_bytes())


@member("notebook", CORRECT)
def an_absolute_member(archive, student):
    """Put an absolute path into the zip."""
    archive.writestr(f"/{student}/{LECTURE}.ipynb", honest_bytes())


@member("notebook", UNREADABLE)
def a_zip_bomb(archive, student):
    """Put two hundred megabytes of zeros into the zip."""
    with archive.open(f"{student}/{LECTURE}.ipynb", "w") as file:
        for _ in range(200):
            file.write(bytes(2**20))


@member("notebook", UNREADABLE)
def a_zip_in_a_zip(archive, student):
    """Put a zip with a notebook into the zip, as the nested bombs do."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as nested:
        nested.writestr(f"{LECTURE}.ipynb", bytes(50 * 2**20))
    archive.writestr(f"{student}/", b"")
    archive.writestr(f"{student}/{LECTURE}.zip", inner.getvalue())


@member("notebook", CORRECT)
def a_member_twice(archive, student):
    """Put the same name into the zip twice."""
    archive.writestr(f"{student}/{LECTURE}.ipynb", b"not json")
    archive.writestr(f"{student}/{LECTURE}.ipynb", honest_bytes())


@member("notebook", UNREADABLE)
def an_unusual_compression(archive, student):
    """Compress with a method that asks for gigabytes before the first byte."""
    archive.writestr(f"{student}/{LECTURE}.ipynb", honest_bytes(), zipfile.ZIP_LZMA)


@member("notebook", UNREADABLE)
def a_link_in_a_zip(archive, student):
    """Put a symbolic link to the instructor's files into the zip."""
    link = zipfile.ZipInfo(f"{student}/{LECTURE}.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(link, "/etc/passwd")


@member("notebook", UNREADABLE)
def a_damaged_member(archive, student):
    """Put a notebook into the zip whose checksum does not fit (see `build_zip`)."""
    archive.writestr(f"{student}/{LECTURE}.ipynb", honest_bytes() + b"DAMAGE-ME", zipfile.ZIP_STORED)


@member("notebook", CORRECT, student="z" * 300)
def a_name_of_300_characters(archive, student):
    """Put a name into the zip that no file system takes."""
    archive.writestr(f"{student}/{LECTURE}.ipynb", honest_bytes())


@member("notebook", CORRECT, student="Eve_1")
def a_file_named_like_a_neighbours(archive, student):
    """Call the file so that, after Moodle's prefix, it reads like another student's."""
    archive.writestr(f"Eve_1_assignsubmission_file_Bob_7_assignsubmission_file_{LECTURE}.ipynb", honest_bytes())
