"""What a learner calls: which exercise is meant, what is noticed before judging, and that nothing ever raises."""

import functools
import importlib
import itertools
import types
from dataclasses import replace

import numpy as np
import pytest

from helpers import check, hint, solution
from helpers.checking import answers, borrowed
from helpers.checking.feedback import Feedback
from helpers.judging.exercise import Exercise, Question
from helpers.judging.judge import CORRECT, judge_letter
from helpers.lectures import all_exercises, exercise_named, lecture_named
from helpers.neural import activations as course_activations
from helpers.proving.solutions import code_cells, function_from

# The package exports functions of these names.
checking, progress = (importlib.import_module(f"helpers.checking.{name}") for name in ("check", "progress"))


def right(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, alpha * x)


def right_for_one(x, alpha=0.01):
    return x if x > 0 else alpha * x


def decorated_without_wraps(function):
    def inner(*arguments, **keywords):
        return function(*arguments, **keywords)

    return inner


class Callable:
    def __call__(self, x, alpha=0.01):
        return right(x, alpha)


# Which exercise is meant.


@pytest.mark.parametrize(
    "leaky_relu",
    [
        right,
        np.vectorize(right_for_one, otypes=[float]),
        decorated_without_wraps(right),
        functools.partial(right),
        Callable(),
        lambda x, alpha=0.01: right(x, alpha),
    ],
    ids=["another name", "vectorized", "decorated", "partial", "object", "lambda"],
)
def test_the_exercise_is_the_one_whose_name_is_written(leaky_relu):
    feedback = check(leaky_relu)
    assert (feedback.verdict.exercise, feedback.correct) == ("leaky_relu", True)
    assert hint(leaky_relu).exercise.name == "leaky_relu"


def test_a_function_of_another_exercise_is_judged_for_the_written_name():
    def sigmoid(x):
        return 1 / (1 + np.exp(-np.asarray(x, dtype=float)))

    leaky_relu = sigmoid
    assert check(leaky_relu).verdict.exercise == "leaky_relu"


def test_a_written_name_that_is_no_exercise_leaves_it_to_the_function_s_own():
    def leaky_relu(x, alpha=0.01):
        return right(x, alpha)

    mine = leaky_relu
    assert check(mine).verdict.exercise == "leaky_relu"


def test_a_letter_is_checked_by_its_written_name():
    unit_that_died = exercise_named("unit_that_died").answer
    assert check(unit_that_died).correct


# Whatever is given.


class Hostile:
    def __getattribute__(self, name):
        raise SystemExit(name)

    def __repr__(self):
        raise SystemExit

    def __call__(self, *arguments):
        return self


async def asynchronous(x, alpha=0.01):
    return x


def generating(x, alpha=0.01):
    yield x


ANYTHING = {
    "None": None,
    "number": 3,
    "huge": 10**5000,
    "text": "b",
    "ellipsis": ...,
    "list": [],
    "hostile": Hostile(),
    "class": Hostile,
    "module": np,
    "coroutine function": asynchronous,
    "generator function": generating,
    "vectorized": np.vectorize(right_for_one),
    "builtin": print,
    "ufunc": np.exp,
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", ANYTHING)
def test_check_hint_and_solution_never_raise(name):
    thing = ANYTHING[name]
    for ask in (
        lambda: check(thing),
        lambda: check(leaky_relu=thing),
        lambda: check(unit_that_died=thing),
        lambda: check(thing, leaky_relu=thing),
        lambda: hint(thing),
        lambda: solution(thing),
    ):
        shown = ask()
        assert repr(shown)
        assert shown._repr_html_()
        assert "failed by itself" not in repr(shown)


def test_check_without_an_answer_says_how_it_is_used():
    assert "check takes one answer" in repr(check())


def test_a_fault_of_the_check_is_told_as_one(monkeypatch):
    def faulty(*arguments, **keywords):
        raise ZeroDivisionError("in the judge")

    monkeypatch.setattr(checking, "judge", faulty)
    assert "failed by itself (ZeroDivisionError: in the judge)" in repr(check(leaky_relu=right))


def test_what_cannot_be_sent_is_told_with_what_is_expected():
    assert "`async def` makes a coroutine" in repr(check(leaky_relu=asynchronous))
    assert "Wrap it in `list(...)`" in repr(check(leaky_relu=generating))


# The course's own functions.


def test_an_answer_that_calls_the_course_s_function_is_refused_as_in_grading():
    def through_a_module(x):
        return course_activations.sigmoid(x)

    def imported_inside(x):
        from helpers.neural.activations import sigmoid

        return sigmoid(x)

    def through_another(x):
        return through_a_module(x)

    for sigmoid in (through_a_module, imported_inside, through_another, functools.partial(through_a_module)):
        assert "It uses the course's own `sigmoid`" in repr(check(sigmoid))

    def copied(x):
        from helpers.lectures import exercise_named

        return exercise_named("sigmoid").oracle(x)

    sigmoid = copied
    assert "It uses the course's own `exercise_named`" in repr(check(sigmoid))


def test_a_name_of_the_course_that_is_never_used_costs_nothing():
    def sigmoid(x):
        if x is None:
            return course_activations.sigmoid(x)
        x = np.asarray(x, dtype=float)
        return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))

    assert borrowed.may_borrow(sigmoid)
    assert check(sigmoid).correct


def test_a_library_of_models_is_refused_where_the_grader_refuses_it():
    tf = types.ModuleType("tensorflow")

    def by_a_global(x):
        return tf.sigmoid(x)

    def by_an_import(x):
        from keras import ops

        return ops.sigmoid(x)

    assert "It uses tensorflow, which" in repr(check(sigmoid=by_a_global))
    assert "It uses keras, which" in repr(check(sigmoid=by_an_import))


def test_a_text_that_names_a_library_is_none():
    name = "keras"

    def answer(x):
        return (name, exercise_named("sigmoid").spellings[0](x))[1]

    assert borrowed.library_out_of_place(answer) == ""


def test_functions_that_an_exercise_hands_over_are_no_borrowing():
    exercise = exercise_named("numerical_gradient")
    assert check(numerical_gradient=exercise.spellings[0]).verdict.status != CORRECT  # the course's own function

    def numerical_gradient(f, x, step=1e-5):
        assert course_activations is not None  # names the course, and does not use it
        x = np.array(x, dtype=float)
        gradient = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[place] += step
            down[place] -= step
            gradient[place] = (f(up) - f(down)) / (2 * step)
        return gradient

    assert check(numerical_gradient).correct


# Cells that did not run.


@pytest.fixture
def shell():
    from IPython.core.interactiveshell import InteractiveShell

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_cell("import numpy as np\nfrom helpers import check", store_history=True)
    shell.run_cell("def leaky_relu(x, alpha=0.01):\n    raise NotImplementedError", store_history=True)
    yield shell
    InteractiveShell.clear_instance()


def checked(shell, cell="check(leaky_relu)"):
    return repr(shell.run_cell(cell, store_history=True).result)


def test_a_syntax_error_in_the_cell_above_is_told(shell, capsys):
    assert "did not run" not in checked(shell)
    shell.run_cell("def leaky_relu(x, alpha=0.01):\n    x = np.asarray(x)\n    return (x", store_history=True)
    said = "The cell above with `leaky_relu` did not run (SyntaxError in line 3); this checks the earlier version."
    assert checked(shell).startswith(said)
    assert checked(shell).startswith(said)  # and again, when the check is run twice
    shell.run_cell(
        "def leaky_relu(x, alpha=0.01):\n    return np.maximum(x, np.multiply(alpha, x))", store_history=True
    )
    assert checked(shell).startswith("✓")


def test_a_cell_that_raised_before_its_definition_is_told_and_one_that_raised_behind_it_is_not(shell, capsys):
    shell.run_cell("1 / 0\ndef leaky_relu(x, alpha=0.01):\n    return x", store_history=True)
    assert "did not run (ZeroDivisionError in line 1)" in checked(shell)
    shell.run_cell("def leaky_relu(x, alpha=0.01):\n    return np.maximum(x, alpha * x)\n1 / 0", store_history=True)
    assert "did not run" not in checked(shell)


def test_the_written_name_is_found_in_a_cell(shell):
    shell.run_cell("leaky_relu = np.vectorize(lambda x, alpha=0.01: x if x > 0 else alpha * x, otypes=[float])")
    assert checked(shell).startswith("✓ leaky_relu")


# Solutions.


@pytest.fixture
def nothing_solved(monkeypatch):
    monkeypatch.setattr(progress, "_solved", set())


def test_a_solution_is_shown_once_everything_is_right_and_a_hint_before(nothing_solved):
    leaky_relu = Callable()
    assert "Hint" in repr(solution(leaky_relu))
    check(leaky_relu)
    shown = solution(leaky_relu)
    assert "The course's answer" in repr(shown)
    assert "def leaky_relu(x, alpha=0.01):" in repr(shown)
    assert "### " not in repr(shown)
    assert "<pre" in shown._repr_html_()


def test_what_was_solved_in_an_earlier_session_stays_solved(nothing_solved, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    check(leaky_relu=right)
    monkeypatch.setattr(progress, "_solved", set())
    assert "The course's answer" in repr(solution("leaky_relu"))


def test_a_solved_question_says_why_it_is_right(nothing_solved):
    question = Question("which", "04_activations", "", 1, 1, "b", {"a": "Too small."}, why_right="It *is* b.")
    shown = Feedback(judge_letter(question, "b"), question)
    assert "It *is* b." in repr(shown)
    assert "It <em>is</em> b." in shown._repr_html_()
    assert "It *is* b." not in repr(Feedback(judge_letter(question, "a"), question))
    progress._solved.add("which")
    assert "It *is* b." in repr(answers.show(question, None))


def test_a_demonstration_is_not_counted(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.jsonl"))
    assert check(leaky_relu=right, remember=False).correct
    assert progress.best_points() == {}
    check(leaky_relu=right)
    assert progress.best_points()["leaky_relu"] > 0


def test_without_the_lecture_s_source_the_other_right_ways_are_shown(nothing_solved, monkeypatch, tmp_path):
    check(leaky_relu=right)
    places = replace(lecture_named("04_activations"), source=tmp_path / "04_activations.md")
    monkeypatch.setattr("helpers.building.source.lecture_named", lambda name: places)
    code_cells.cache_clear()
    shown = solution("leaky_relu")
    assert len(shown.ways) == 2
    assert "The course's answer" not in repr(shown)
    code_cells.cache_clear()


def test_where_there_is_neither_source_nor_another_way_a_solution_says_so(nothing_solved, monkeypatch):
    exercise = replace(exercise_named("leaky_relu"), spellings=())
    progress._solved.add("leaky_relu")
    monkeypatch.setattr(answers, "course_s_answer", lambda exercise: "")
    assert "not installed here" in repr(answers.show(exercise, None))


FUNCTIONS = [e for e in all_exercises() if isinstance(e, Exercise)]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
def test_every_solution_is_shown_whole_and_still_defines_its_function(exercise, nothing_solved):
    progress._solved.add(exercise.name)
    shown = answers.show(exercise, None)
    course, *others = shown.ways
    assert callable(function_from(course.source, exercise.lecture, exercise.name))
    assert '"""' not in "".join(way.source for way in shown.ways)
    assert len(others) == sum(spelling.__doc__ is not None for spelling in exercise.spellings)


@pytest.mark.parametrize(
    ("answer", "name", "said", "not_said"),
    [
        (lambda results, keep: sorted(results)[-keep:], "refine", "need a `key`", "asarray"),
        (lambda results, keep: results - keep, "refine", "The input is a list here", "asarray"),
        (lambda values, order: ValueError("unknown"), "encode_ordinal", "write `raise`", "out"),
        (lambda fan_in, fan_out, rng: np.zeros((fan_in, fan_out)), "xavier_normal", "All numbers are 0.", "rng"),
        (lambda parameters, gradients, learning_rate: [*parameters.values()], "sgd_step", "a list", "array"),
        (lambda ranges, per_axis: itertools.product(*ranges), "grid_points", "`list(...)`", "called"),
    ],
)
def test_a_message_says_what_is_certain_and_sends_nobody_elsewhere(answer, name, said, not_said):
    message = check(**{name: answer}).verdict.message
    assert said in message
    assert not_said not in message
