"""Each person of a class gets notebooks of their own, and only the instructor knows who has which."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace

import nbformat
import pytest

from helpers.building.source import read_lecture
from helpers.cli import main
from helpers.grading import keys
from helpers.handout import notebooks, people
from helpers.judging.exercise import Question
from helpers.lectures import exercise_named, exercises_of
from helpers.variants.letters import letters_of, options, order, question_cells

LECTURE = "05_losses"
CLASS = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "lin/us": "Linus Torvalds"}
QUESTIONS = [one for one in exercises_of(LECTURE) if isinstance(one, Question)]


def write_roster(path, people=CLASS):
    with open(path, "w", newline="") as file:
        rows = [[login, name, f"{login}@example.org"] for login, name in people.items()]
        csv.writer(file).writerows([["Username", "Full name", "Email address"], *rows])
    return path


def handout(folder, *arguments, people=CLASS):
    roster = write_roster(folder.parent / "roster.csv", people)
    return main(["handout", *arguments, "--variants", str(roster), "--to", str(folder / "week.zip")])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "out"
    assert handout(folder, "00_start_here", LECTURE) == 0
    return folder


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def notebook_of(made, student):
    (content,) = [c for name, c in contents(made / "week.zip").items() if name.startswith(f"people/{student}")]
    return nbformat.reads(content.decode(), as_version=4)


def seeds(folder):
    return {one.student: one.seed for one in keys.read(folder / keys.FILE).people}


def test_the_file_holds_one_for_everyone_and_a_folder_for_each(made):
    names = set(contents(made / "week.zip"))
    assert {f"people/{name}/{LECTURE}.ipynb" for name in ("ada", "grace")} < names
    assert len([name for name in names if name.startswith("people/lin_us-")]) == 1
    assert len(names) == 4
    everyone = set(contents(io.BytesIO(contents(made / "week.zip")["everyone.zip"])))
    assert {
        "00_start_here.ipynb",
        "helpers/handout.json",
        "README.txt",
        "helpers/lectures/losses/__init__.py",
    } < everyone
    assert f"{LECTURE}.ipynb" not in everyone


def test_each_notebook_has_its_questions_in_the_order_of_its_person(made):
    course = {name: options(cell.source) for name, cell in question_cells(read_lecture(LECTURE), LECTURE).items()}
    for student, seed in seeds(made).items():
        notebook = notebook_of(made, student[:3])
        assert notebook.metadata.course.handout.variant == keys.tag(seed)
        nbformat.validate(notebook)
        for name, cell in question_cells(notebook, LECTURE).items():
            there = order(exercise_named(name), seed)
            assert list(options(cell.source).values()) == [course[name][letter] for letter in there]


def test_what_students_get_holds_no_seed_and_nobody_elses_variant(made):
    own = seeds(made)
    assert len(set(own.values())) == len(CLASS)
    everything = contents(made / "week.zip")
    for name, content in everything.items():
        inner = contents(io.BytesIO(content)).values() if name.endswith(".zip") else [content]
        for student, seed in own.items():
            assert not any(seed.encode() in one for one in inner)
            if not name.startswith(f"people/{student[:3]}"):
                assert not any(keys.tag(seed).encode() in one for one in inner)
    assert not any(keys.FILE in name for name in everything)
    assert (made / keys.FILE).stat().st_mode & 0o077 == 0


def test_a_notebook_does_not_depend_on_which_letter_is_right(monkeypatch):
    sheet = read_lecture(LECTURE)

    def with_answer(letter):
        def question(name):
            wrong = set(letters_of(exercise_named(name))) - {letter}
            return replace(exercise_named(name), answer=letter, why_wrong=dict.fromkeys(wrong, "no"))

        monkeypatch.setattr(notebooks, "exercise_named", question)
        return nbformat.writes(notebooks.of_variant(sheet, LECTURE, "a seed"))

    assert len({with_answer(letter) for letter in "abcd"}) == 1


def test_the_notebook_of_a_person_belongs_beside_the_part_for_everyone(made, tmp_path):
    with zipfile.ZipFile(io.BytesIO(contents(made / "week.zip")["everyone.zip"])) as archive:
        archive.extractall(tmp_path)
    first = next(cell.source for cell in notebook_of(made, "ada").cells if cell.cell_type == "code")
    code = f"{first}\nfrom helpers import check\nprint(check(loss_for_tags='a')); print(check(loss_for_tags='b'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PATH": ""}, capture_output=True, text=True, timeout=60
    )
    assert "answer a is noted" in done.stdout
    assert "answer b is noted" in done.stdout
    assert "hand-out" not in done.stdout


def test_who_has_a_seed_keeps_it_and_who_is_new_gets_one(tmp_path):
    folder = tmp_path / "out"
    assert handout(folder, LECTURE) == 0
    before = seeds(folder)
    later = {"ADA": "Ada King", "wei": "Wei Chen"}
    assert handout(folder, "04_activations", people=later) == 0
    after = seeds(folder)
    assert {student: after[student] for student in before} == before
    assert set(after) == {*CLASS, "wei"}
    assert keys.read(folder / keys.FILE).lectures == ("04_activations", LECTURE)
    assert {name.split("/")[1] for name in contents(folder / "week.zip") if name.startswith("people")} == {"ada", "wei"}


def change(entry):
    def changed(told):
        entry(told["people"][0])
        return json.dumps(told)

    return changed


BROKEN = {
    "no JSON": lambda told: "{",
    "something else": lambda told: "[]",
    "no people": lambda told: json.dumps({"format": 1, "lectures": []}),
    "a newer one": lambda told: json.dumps(told | {"format": 2}),
    "another seed": change(lambda one: one.update(seed="0" * 32)),
    "a seed that is a number": change(lambda one: one.update(seed=7)),
    "the seed of another": change(lambda one: one.update(student="grace")),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_file_of_variants_stops_the_next_hand_out_before_it_is_written(what, made, tmp_path, capsys):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / keys.FILE).write_text(BROKEN[what](json.loads((made / keys.FILE).read_text())))
    before = (folder / keys.FILE).read_bytes()
    assert handout(folder, LECTURE) == 2
    assert keys.FILE in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == [keys.FILE]
    assert (folder / keys.FILE).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "people", "sentence"),
    [
        (["00_start_here"], CLASS, "nothing in these lectures differs"),
        (["99_nothing"], CLASS, "99_nothing"),
        ([LECTURE, "--exam", "nothing"], CLASS, "'nothing'"),
        ([LECTURE], {}, "nobody"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_and_nothing_is_written(arguments, people, sentence, tmp_path, capsys):
    assert handout(tmp_path / "out", *arguments, people=people) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_question_that_cannot_be_reordered_is_named_before_anything_is_written(tmp_path, capsys, monkeypatch):
    def with_three_options(lecture):
        notebook = read_lecture(lecture)
        cell = question_cells(notebook, lecture)["loss_for_tags"]
        cell.source = cell.source.partition("\n\nd. ")[0]
        return notebook

    monkeypatch.setattr(people, "read_lecture", with_three_options)
    assert handout(tmp_path / "out", LECTURE) == 2
    assert "loss_for_tags" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_two_people_who_cannot_be_told_apart_are_refused(tmp_path, capsys):
    roster = tmp_path / "roster.csv"
    roster.write_text("Full name\nAda Lovelace\nAda Lovelace\n")
    assert main(["handout", LECTURE, "--variants", str(roster), "--to", str(tmp_path / "out" / "week.zip")]) == 2
    assert "Ada Lovelace stands 2 times" in capsys.readouterr().err


def test_the_digest_of_an_entry_holds_student_and_seed_together():
    one = keys.Keys((), (keys.Holder("ada", seed="1"), keys.Holder("grace", seed="2"))).told()
    assert [person.problem for person in keys.of_told(one).people] == ["", ""]
    first, second = one["people"]
    first["seed"], second["seed"] = second["seed"], first["seed"]
    assert all(person.problem for person in keys.of_told(one).people)
