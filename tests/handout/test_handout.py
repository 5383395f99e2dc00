"""A hand-out says what the course says, and holds nothing that earns a point."""

import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers.checking.check import _as_the_grader_sees_it as as_sent
from helpers.cli import main
from helpers.handout import recording
from helpers.handout.manifest import FILE, digest_of
from helpers.handout.people import write_for
from helpers.handout.reading import read
from helpers.handout.writing import write
from helpers.judging.choices import variants_of
from helpers.judging.examination import Examination, Raises, problems, public_examination
from helpers.judging.exercise import Exercise, Question
from helpers.judging.judge import UNDECIDED, judge, judge_letter
from helpers.judging.parts import judge_parts
from helpers.lectures import all_exercises, exercise_named, exercises_of, functions_of, lecture_named, lecture_names
from helpers.sandbox.observe import Observation, observe
from tests import classroom
from tests.conftest import walls_hold
from tests.proved import JUDGING, unless_proved

ATTACKER = Path(__file__).with_name("attacker.py")
HANDOUT = (*JUDGING, "helpers/handout", "helpers/variants", "helpers/checking", "helpers/lectures/__init__.py")

# Whose check says only whether they run, and why.
HIDDEN = "its judge knows data that no answer may see"
OUTLINES = {
    "xor_network": "everybody is asked the same, so what is expected is the answer",
    "classify": "its judge needs the answer to another exercise",
    "honest_test": HIDDEN,
    "freeze_statistics": HIDDEN,
    "fold_into_integers": HIDDEN,
    "fewest_units": HIDDEN,
    "choose_for_strangers": HIDDEN,
    "prepare_table": HIDDEN,
    "clean_table": HIDDEN,
    "equip_stack": HIDDEN,
    "wake_units": HIDDEN,
    "mended_training": HIDDEN,
    "overfit_tiny": HIDDEN,
    "triage_chart": HIDDEN,
    "plan_rounds": HIDDEN,
    "second_round": HIDDEN,
    "rate_from_test": HIDDEN,
    "least_cost": HIDDEN,
    "fifty_labels": HIDDEN,
    "will_it_transfer": HIDDEN,
}
# What the attacker finds all the same, and why it stays.
IN_WORDS = {
    "mean_square": "the first lecture computes it before it asks for it",
    "one_hot": "a hint says it",
    "known_in_time": "a message of another exercise says it",
    "should_stop": "a message says it; and judging asks of any array whether all of it is finite",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    path = tmp_path_factory.mktemp("handout") / "handout.zip"
    return path, write(path, "spring")


@pytest.fixture
def unpacked(made, tmp_path):
    with zipfile.ZipFile(made[0]) as archive:
        archive.extractall(tmp_path)
    return tmp_path


def python(folder, *arguments, expect=0):
    """Run Python with nothing of the course but what lies in `folder`; what it prints."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHONPATH", "COURSE_"))}
    environment |= {"COURSE_PROGRESS": "off", "PYTHONDONTWRITEBYTECODE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == expect, done.stderr
    return done.stdout


def said(folder, code):
    return python(folder, "-c", code)


# It says what the course says.


def nearly_right(right):
    """Wrong answers that are no known mistake, for which a relation to the right one may be found."""

    def of_arrays(change):
        return lambda *a, **k: right(*(change(x) if isinstance(x, np.ndarray) else x for x in a), **k)

    def of_result(change):
        def answer(*a, **k):
            value = right(*a, **k)
            return change(value) if isinstance(value, np.ndarray | float) else value

        return answer

    yield of_result(lambda value: value * 2)
    yield of_result(lambda value: np.round(value, 2))
    yield of_result(np.transpose)
    yield of_arrays(lambda x: -x if x.dtype.kind == "f" else x)
    yield of_arrays(lambda x: np.swapaxes(x, -1, -2) if x.ndim > 1 else x)
    yield of_arrays(lambda x: x[::-1])
    yield lambda *a, **k: right(*a[:1])
    yield lambda *a, **k: right(*a[1::-1], *a[2:], **k)
    yield lambda *a, **k: None


def answers_to(exercise):
    return [m.function for m in exercise.mistakes] + [*exercise.spellings, *nearly_right(exercise.spellings[0])]


@pytest.mark.parametrize("lecture", lecture_names())
def test_every_mistake_and_every_spelling_gets_the_same_verdict(lecture, tmp_path):
    depends = (*HANDOUT, "tests/handout/test_handout.py", lecture_named(lecture).folder / "exercises")
    with unless_proved(f"the hand-out of {lecture} says the same", *depends) as needed:
        if needed:
            says_the_same(lecture, tmp_path)


def says_the_same(lecture, folder):
    recording.record(exercises_of(lecture), folder, variants=True)
    handed_out = {exercise.name: exercise for exercise in read(folder)}
    assert list(handed_out) == [exercise.name for exercise in exercises_of(lecture)]
    pairs = [(exercise, handed_out[exercise.name]) for exercise in functions_of(lecture)]
    for exercise in functions_of(lecture):
        assert list(handed_out[exercise.name].variants) == list(variants_of(exercise))
        pairs += zip(variants_of(exercise).values(), handed_out[exercise.name].variants.values(), strict=True)
    for exercise, there in pairs:
        if there.outline:
            assert exercise.name in OUTLINES
            continue
        full, data = public_examination(exercise), public_examination(there)
        for answer in answers_to(exercise):
            seen = [as_sent(observe(answer, call)) for call in full.calls]
            assert judge(data, seen) == judge(full, seen), (exercise.name, exercise.choice, answer)
        assert (there.hints, there.points_by_part) == (exercise.hints, exercise.points_by_part)


def test_the_exercises_that_are_no_data_yet_are_known_and_named(made):
    assert set(made[1].outlines) == set(OUTLINES)


def test_check_prints_the_same(unpacked):
    wrong = "import numpy as np\ndef sigmoid(x):\n    return 2 / (1 + np.exp(-np.asarray(x)))\n"
    code = f"{wrong}from helpers import check, hint\nprint(check(sigmoid=sigmoid)); print(hint('sigmoid'))"
    course = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert said(unpacked, code) == course.stdout
    assert "number is 2 times" in course.stdout or "twice" in course.stdout or "2 times" in course.stdout


def test_a_check_needs_no_scipy(unpacked):
    code = "import sys; from helpers import check\nprint(check(sigmoid=lambda x: x)); print('scipy' in sys.modules)"
    assert said(unpacked, code).endswith("False\n")


# It holds no answer.


def test_only_what_is_named_goes_along(unpacked):
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*.py")}
    lectures = {name for name in names if re.fullmatch(r"helpers/lectures/\w+/(exercises/)?__init__\.py", name)}
    assert len(lectures) == 2 * len(lecture_names())
    judges = {name for name in names if re.fullmatch(r"helpers/lectures/\w+/exercises/judge_of_\w+\.py", name)}
    assert {name for name in names if name.startswith("helpers/lectures/")} - {"helpers/lectures/__init__.py"} == (
        lectures | judges
    )
    for name in judges:
        exercise = exercise_named(Path(name).stem.removeprefix("judge_of_"))
        text = (unpacked / name).read_text(encoding="utf-8")
        for answer in (exercise.oracle, *exercise.spellings, *(one.function for one in exercise.mistakes)):
            assert f"def {answer.__name__}(" not in text
    for folder in ("proving", "grading", "building", "neural", "datasets", "commands"):
        assert not any(name.startswith(f"helpers/{folder}/") for name in names)
    for name in lectures:
        assert len((unpacked / name).read_text(encoding="utf-8").splitlines()) < 10


def test_no_line_of_an_answer_stands_in_a_notebook(unpacked):
    from helpers.building.leaks import _answer_lines_in, _filled_stubs

    for path in unpacked.glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        shown = [*_answer_lines_in(path.stem, path, {"cells": code}), *_filled_stubs(path.stem, path, code)]
        assert [line for line in shown if not re.search(r": (import|from) ", line)] == []  # an import is no answer
        assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


def test_a_search_by_machine_finds_nothing_that_earns_a_point(unpacked):
    depends = [lecture_named(name).folder / "exercises" for name in lecture_names()]
    depends += [lecture_named(name).source for name in lecture_names()]
    with unless_proved("the attacker finds nothing", *HANDOUT, ATTACKER, *depends) as needed:
        if needed:
            result = json.loads(python(unpacked, "-I", str(ATTACKER)))
            assert result["callables"] > 1000
            assert result["texts"] > 2000
            assert {name for name, _ in result["found"]} <= set(IN_WORDS), result["found"]


def test_a_search_finds_no_answer_either_to_what_people_are_asked_who_are_not_asked_the_same(tmp_path):
    depends = [lecture_named(name).folder / "exercises" for name in lecture_names()]
    depends += [lecture_named(name).source for name in lecture_names()]
    with unless_proved("the attacker finds nothing in variants", *HANDOUT, ATTACKER, *depends) as needed:
        if not needed:
            return
        (tmp_path / "roster.csv").write_text("Username,Full name\nada,Ada Lovelace\ngrace,Grace Hopper\n")
        write_for(tmp_path / "all.zip", tmp_path / "roster.csv")
        with zipfile.ZipFile(tmp_path / "all.zip") as archive:
            archive.extractall(tmp_path / "all")
        home = tmp_path / "home"
        with zipfile.ZipFile(tmp_path / "all" / "everyone.zip") as archive:
            archive.extractall(home)
        for path in (tmp_path / "all" / "people" / "ada").iterdir():
            path.rename(home / path.name)
        result = json.loads(python(home, "-I", str(ATTACKER), "variants"))
        assert result["exercises"] == sum(len(one.choices) for name in lecture_names() for one in functions_of(name))
        assert result["texts"] > 2000
        assert result["found"] == []


def test_the_attacker_would_find_an_answer(unpacked):
    # Otherwise finding nothing would prove nothing.
    (unpacked / "helpers/checking/hidden.py").write_text(
        "import numpy as np\ndef outer():\n    def tool(z):\n        return 1 / (1 + np.exp(-np.asarray(z)))\n"
    )
    code = (
        f"import runpy; space = runpy.run_path({str(ATTACKER)!r})\n"
        "keep = space['all_exercises']\n"
        "space['main'].__globals__['all_exercises'] = lambda: [e for e in keep() if e.name == 'sigmoid']\n"
        "print(sorted({name for name, what in space['main']()['found'] if 'tool' in what}))"
    )
    assert said(unpacked, code).endswith("['sigmoid']\n")


@pytest.mark.parametrize("lecture", lecture_names())
def test_a_table_of_the_public_values_earns_nothing_when_it_is_graded(lecture):
    asked = [own for exercise in functions_of(lecture) for own in (exercise, *variants_of(exercise).values())]
    for exercise in asked:
        if exercise.uses_keras or exercise.name in OUTLINES:
            continue
        examination = Examination(replace(exercise, mistakes=()), seed=5)
        for other in (Observation("raised", error="KeyError"), Observation("returned", 0.0)):
            seen = [as_known(e) if t.public else other for t, e in zip(*_pairs(examination), strict=True)]
            found = list(problems(examination, seen))
            assert sum(part.points for part in judge_parts(examination, seen, found, "")) == 0, exercise.name


def _pairs(examination):
    return examination.trials, examination.expectations


def as_known(expected):
    if isinstance(expected, Raises):
        return Observation("raised", error=expected.name)
    return Observation("returned", expected)


def test_the_data_of_a_question_does_not_depend_on_its_letter(tmp_path):
    question = next(e for e in all_exercises() if isinstance(e, Question))
    letters = sorted([question.answer, *question.why_wrong])
    for place, letter in enumerate(letters):
        wrong = {other: f"not {other}" for other in letters if other != letter}
        recording.record([replace(question, answer=letter, why_wrong=wrong)], tmp_path / str(place))
    contents = {(tmp_path / str(i) / "checks.json").read_bytes() for i in range(len(letters))}
    assert len(contents) == 1
    (there,) = read(tmp_path / "0")
    for letter in letters:
        verdict = judge_letter(there, letter)
        assert (verdict.status, verdict.points) == (UNDECIDED, 0)
        assert "after the deadline" in verdict.message
    assert "one letter in quotes: a, b" in judge_letter(there, "all of them").message
    assert judge_letter(there, ...).status == "not attempted"


# Notebooks.

RUN_ALL = """
import contextlib, io, json, pathlib
from IPython.core.interactiveshell import InteractiveShell
for path in sorted(pathlib.Path().glob("*.ipynb")):
    shell = InteractiveShell()
    shell.reset()
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            with contextlib.redirect_stdout(io.StringIO()) as out:
                done = shell.run_cell("".join(cell["source"]), store_history=True)
            if not done.success or "failed by itself" in out.getvalue():
                print(path.name, "".join(cell["source"]), out.getvalue())
print("done")
"""


def test_untouched_notebooks_run_from_top_to_bottom(unpacked):
    depends = [lecture_named(name).folder for name in lecture_names()]
    depends += [lecture_named(name).source for name in lecture_names()]
    with unless_proved("the notebooks of a hand-out run", *HANDOUT, *depends) as needed:
        if needed:
            assert python(unpacked, "-c", RUN_ALL) == "done\n"


def test_a_notebook_keeps_what_the_lecture_showed(unpacked):
    text = (unpacked / "04_activations.ipynb").read_text(encoding="utf-8")
    assert text.count("data:image/png;base64") > 5
    assert "helpers.lectures" not in text
    assert "helpers.neural" not in text
    assert "| activation function | " in text  # the words of the lecture, in the readers' languages


def test_work_in_a_handed_out_notebook_is_graded_in_full_and_its_hand_out_is_named(made, unpacked, tmp_path):
    walls_hold()
    from helpers.grading.grade import Order, grade
    from helpers.grading.gradebook import Gradebook

    lecture = "04_activations"
    answers, notebook = classroom.right_answers(1), json.loads((unpacked / f"{lecture}.ipynb").read_text("utf-8"))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = answers.get(name, cell["source"])
    work = tmp_path / "work"
    classroom.write_submission(work, "ada", notebook)
    classroom.write_submission(work, "grace", classroom.notebook_with(answers))
    del notebook["metadata"]["course"]["handout"]["name"]
    notebook["metadata"]["course"]["handout"]["digest"] = "<b>0123456789"
    classroom.write_submission(work, "linus", notebook)
    summary = grade(Order(work, tmp_path / "out", jobs=1, seed=3, only=lecture))
    with Gradebook(tmp_path / "out" / "gradebook.db") as book:
        marked = {one.student: one for one in book.submissions()}
    for one in marked.values():
        assert [v.exercise for v in one.verdicts if v.points < v.max_points] == []
    digest = made[1].digest[:8]
    assert marked["ada"].note == f"This notebook came with hand-out {digest} (spring)."
    assert marked["grace"].note == ""
    assert marked["linus"].note == "This notebook came with hand-out b0123456."
    assert any(f"1 with hand-out {digest} (spring)" in r and "1 with none" in r for r in summary["remarks"])


# Which hand-out it is.

FIRST_CHECK = (
    "from helpers.handout.manifest import opened\nopened({digest!r})\nfrom helpers import check\n"
    "print(check(sigmoid=lambda x: x))\nprint('second'); print(check(sigmoid=lambda x: x))"
)


def first_and_second(folder, digest):
    return said(folder, FIRST_CHECK.format(digest=digest)).split("second\n")


def test_what_was_handed_out_says_nothing_of_itself(made, unpacked):
    first, second = first_and_second(unpacked, made[1].digest)
    assert first == second
    assert "hand-out" not in first


def test_a_changed_file_is_said_once(made, unpacked):
    path = unpacked / "helpers/judging/compare.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    first, second = first_and_second(unpacked, made[1].digest)
    assert "were changed after they were handed out (helpers/judging/compare.py)" in first
    assert "changed" not in second


def test_a_manifest_that_was_mended_is_another_hand_out(made, unpacked):
    path = unpacked / "helpers" / FILE
    told = json.loads(path.read_text(encoding="utf-8"))
    told["name"] = "autumn"
    path.write_text(json.dumps(told), encoding="utf-8")
    assert "were changed after" in first_and_second(unpacked, made[1].digest)[0]
    told["digest"] = digest_of(told)
    path.write_text(json.dumps(told), encoding="utf-8")
    assert f"came with hand-out {made[1].digest[:8]}" in first_and_second(unpacked, made[1].digest)[0]


def test_a_notebook_of_another_hand_out_is_said_in_words(unpacked):
    assert "came with hand-out ffff0000" in first_and_second(unpacked, "ffff0000aaaa")[0]


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 99}'])
def test_a_manifest_that_cannot_be_read_is_said_in_words(made, unpacked, content):
    (unpacked / "helpers" / FILE).write_text(content, encoding="utf-8")
    assert "cannot be read" in first_and_second(unpacked, made[1].digest)[0]


def test_the_same_course_makes_the_same_file(made, tmp_path):
    again = write(tmp_path / "again.zip", "spring", ["00_start_here"])
    assert again == write(tmp_path / "once-more.zip", "spring", ["00_start_here"])
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "once-more.zip").read_bytes()
    assert again.digest != made[1].digest


# An exam.


@pytest.fixture(scope="module")
def exam(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exam")
    status = main(["handout", "04_activations", "--to", str(folder / "exam.zip"), "--exam", "sigmoid", "--exam", "elu"])
    assert status == 0
    with zipfile.ZipFile(folder / "exam.zip") as archive:
        archive.extractall(folder)
    return folder


def check_in(folder, answer, name="sigmoid"):
    return said(folder, f"import numpy as np\nfrom helpers import check, hint\nprint(check({name}={answer}))")


def test_an_exam_tells_only_that_an_answer_runs(exam):
    right, wrong = "lambda x: 1 / (1 + np.exp(-np.asarray(x)))", "lambda x: np.asarray(x, float) * 3"
    assert check_in(exam, right) == check_in(exam, wrong)
    assert "not judged yet" in check_in(exam, wrong)
    assert "right type and shape" in check_in(exam, wrong)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("lambda x: x.nothing", "It raised AttributeError"),
        ("lambda x: 'word'", "a string"),
        ("lambda x: np.zeros(77)", "shape (77,)"),
        ("lambda: 0", "takes 0 positional arguments"),
        ("...", "Not attempted yet"),
    ],
)
def test_an_exam_tells_what_does_not_run(exam, answer, sentence):
    said = check_in(exam, answer)
    assert sentence in said
    assert "expected" not in said.replace("is expected", "")


def test_an_exam_has_no_hints_and_holds_no_values(exam):
    assert "has no hints" in said(exam, "from helpers import hint\nprint(hint('sigmoid'))")
    exercises = {e.name: e for e in read(exam / "helpers/lectures/activations/exercises")}
    assert not exercises["gelu"].outline
    for name in ("sigmoid", "elu"):
        values = [e for e in public_examination(exercises[name]).expectations if isinstance(e, np.ndarray)]
        assert values
        assert not any(value.any() for value in values)
        assert (exercises[name].mistakes, exercises[name].hints) == ((), ())


def test_an_exam_does_not_say_which_calls_should_raise(tmp_path):
    raising = [
        e
        for e in all_exercises()
        if isinstance(e, Exercise) and not e.uses_keras and any(_raises(x) for x in public_examination(e).expectations)
    ]
    assert raising
    recording.record(raising[:3], tmp_path, {e.name for e in raising})
    for exercise in read(tmp_path):
        assert not any(map(_raises, public_examination(exercise).expectations))


def _raises(expected):
    return isinstance(expected, Raises)


def test_every_exercise_can_be_in_an_exam(tmp_path):
    for lecture in lecture_names():
        recording.record(exercises_of(lecture), tmp_path / lecture, {e.name for e in functions_of(lecture)})
        for exercise in read(tmp_path / lecture):
            if isinstance(exercise, Exercise) and not exercise.uses_keras:
                whole, data = exercise_named(exercise.name), public_examination(exercise)
                seen = [as_sent(observe(whole.spellings[0], call)) for call in data.calls]
                assert judge(data, seen).status == UNDECIDED, exercise.name


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        (["--from", "2040-03-08T14:00"], "The exam begins on 2040-03-08 at 14:00"),
        (["--until", "2020-03-08T14:00"], "The exam ended on 2020-03-08 at 14:00"),
        (["--from", "2020-03-08T14:00", "--until", "2040-03-08T14:00"], "not judged yet"),
    ],
)
def test_outside_of_its_time_nothing_is_checked(tmp_path, window, sentence):
    file = tmp_path / "exam.zip"
    assert main(["handout", "00_start_here", "--to", str(file), "--exam", "00_start_here", *window]) == 0
    with zipfile.ZipFile(file) as archive:
        archive.extractall(tmp_path)
    assert sentence in check_in(tmp_path, "lambda values: 1.0", "mean_square")


@pytest.mark.parametrize(
    "arguments",
    [["99_nothing"], ["--exam", "nothing"], ["--from", "2040-01-02", "--until", "2040-01-01"]],
)
def test_arguments_that_do_not_fit_are_refused_and_nothing_is_written(tmp_path, capsys, arguments):
    assert main(["handout", *arguments, "--to", str(tmp_path / "file.zip")]) == 2
    assert capsys.readouterr().err.startswith("✗")
    assert list(tmp_path.iterdir()) == []
