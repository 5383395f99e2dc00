"""Which statements of a notebook run for an answer, and which do not."""

import dis
import inspect

import pytest

from helpers.sandbox import APART, END, FIRST_CALL, RUN, SHORT, cells
from helpers.sandbox.cells import MOST_CALLS, DefinitionError, Notebook, define


def test_an_answer_is_found_in_any_cell():
    assert define(["x = 1", "def answer(): return 7", "y = 2"], "answer")() == 7


def test_the_last_definition_counts():
    assert define(["def answer(): return 1", "def answer(): return 2"], "answer")() == 2


def test_only_what_the_answer_needs_runs():
    sources = ["raise SystemExit", "import os\nos._exit(1)", "def answer(): return 1", "answer() / 0"]
    assert define(sources, "answer")() == 1


def test_an_answer_may_use_a_helper_defined_before_or_after_it():
    sources = ["def double(x): return 2 * x", "def answer(x): return double(x) + shift", "shift = 1"]
    assert define(sources, "answer")(3) == 7


def test_a_helper_may_be_known_by_another_name():
    sources = ["from math import exp as e_to_the", "f = e_to_the", "answer = lambda x: f(x)"]
    assert define(sources, "answer")(0.0) == 1.0


def test_a_star_import_serves():
    assert define(["from math import *", "def answer(x): return sqrt(x)"], "answer")(4.0) == 2.0


def test_a_table_filled_in_later_cells_is_filled():
    sources = ["table = {}", "table['a'] = 1", "steps = []", "for i in range(3):\n    steps.append(i)"]
    sources.append("def answer(): return table['a'] + len(steps)")
    assert define(sources, "answer")() == 4


def test_a_class_a_decorator_and_a_global_serve():
    sources = [
        "def twice(f):\n    return lambda x: f(f(x))",
        "count = 0\ndef note():\n    global count\n    count += 1",
        "@twice\ndef step(x):\n    note()\n    return x + 1",
        "class Answer:\n    def __call__(self, x):\n        return step(x)",
        "answer = Answer()",
    ]
    assert define(sources, "answer")(1) == 3


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\ndef answer(): return 1",
        "!ls\ndef answer(): return 1",
        "%%time\ndef answer(): return 1",
        "def answer(): return 1\nanswer?",
        "\ufeffdef answer():\r\n    return 1\r\n",
    ],
)
def test_jupyters_own_syntax_does_not_hide_an_answer(cell):
    assert define([cell], "answer")() == 1


def test_a_cell_of_another_language_is_not_python():
    assert define(["%%bash\nanswer=1", "def answer(): return 2"], "answer")() == 2


def test_a_broken_cell_costs_only_what_it_defines():
    assert define(["def broken(:", "def answer(): return 1"], "answer")() == 1


def test_a_syntax_error_in_the_answer_is_told_with_its_place():
    with pytest.raises(DefinitionError, match=r"SyntaxError.*code cell 2, line 1"):
        define(["x = 1", "def answer(:"], "answer")


def test_a_failing_definition_is_told_with_its_reason():
    with pytest.raises(DefinitionError, match=r"ZeroDivisionError.*code cell 1, line 1"):
        define(["answer = 1 / 0"], "answer")


@pytest.fixture
def lecture(monkeypatch):
    """Cells that were handed out, for the length of a test."""
    monkeypatch.setattr(cells, "_handed_out", cells.HandedOut())
    sources = {
        "import": "import numpy as np\n\nfrom helpers import check",
        "positive": "positive = 'of the lecture'",
        "stub": "def answer(x):\n    raise NotImplementedError()",
        "check": "check(answer)",
        "question": "question = ...",
        "check of the question": "check(question=question)",
    }
    cells.remember(list(sources.values()))
    return sources


def test_a_lecture_cell_does_not_take_away_what_the_answer_uses(lecture):
    own = ["def positive(x): return x > 0", "def answer(x): return positive(x)"]
    assert define([*own, lecture["positive"], lecture["stub"]], "answer")(1) is True
    assert define([lecture["positive"], *own], "answer")(1) is True
    assert define([own[0], lecture["positive"], own[1]], "answer")(1) is True


SAVED = {
    "Windows line ends": lambda source: source.replace("\n", "\r\n"),
    "a final newline": lambda source: source + "\n",
    "a byte order mark": lambda source: "\ufeff" + source,
    "a comment": lambda source: source + "  # v1",
    "other spaces": lambda source: source.replace(" = ", "="),
    "a further statement": lambda source: source + "\nmore = 1",
}


@pytest.mark.parametrize("tool", SAVED)
def test_a_handed_out_statement_is_known_however_its_cell_was_saved(lecture, tool):
    notebook = Notebook([SAVED[tool](lecture["positive"]), SAVED[tool](lecture["stub"])])
    assert [s.handed_out for s in notebook.statements if "more" not in s.traits.binds] == [True, True]


def test_a_helper_that_its_author_mends_below_is_the_mended_one():
    broken, mended = "def helper(): return 1", "def helper(): return 2"
    assert define([broken, "def answer(): return helper()", mended], "answer")() == 2


def test_a_statement_that_cannot_be_compiled_costs_only_what_it_binds():
    assert define(["return 1", "def answer(): return 1"], "answer")() == 1
    with pytest.raises(DefinitionError, match="SyntaxError"):
        define(["answer = [(yield 1)]"], "answer")


def test_a_name_that_no_cell_binds_has_no_reason():
    with pytest.raises(DefinitionError, match=r"^$"):
        define(["x = 1"], "answer")


def test_statements_are_not_compiled_as_this_module_is():
    """With `from __future__ import annotations`, what an annotation says would be text."""
    answer = define(["def answer(x: int): return x"], "answer")
    assert answer.__annotations__ == {"x": int}


def test_the_global_names_that_a_statement_reads_are_those_that_dis_knows():
    many = "".join(f"    use(name_{i})\n" for i in range(400))  # more than fit into one byte
    source = f"def f(x):\n{many}    return [y for y in g(x)]\nclass A(f):\n    b = c\n    def d(self): return e"
    for code in (compile(source, "<test>", "exec"), compile(inspect.getsource(cells), "<cells>", "exec")):
        known = {
            instruction.argval
            for inner in cells._code_objects(code)
            for instruction in dis.get_instructions(inner)
            if instruction.opname in ("LOAD_NAME", "LOAD_GLOBAL")
        }
        assert cells._global_reads(code) == known
        assert len(known) > 100


# --- Plain notebooks -----------------------------------------------------------------------------------------------

ANSWER = "def answer(x):\n    return np.abs(x)"
PLAIN = [
    [ANSWER],
    ["ZERO = 0.0", "def answer(x):\n    y = np.array(x)\n    y[y < ZERO] *= -1\n    return y"],
    ["def helper(x):\n    total = []\n    total.append(x)\n    return total[0]", "def answer(x): return helper(x)"],
    [ANSWER, "print(answer(-1))", "scratch = [answer(i) for i in range(3)]", "for i in scratch:\n    print(i)"],
    ["from math import *", "import scipy.special as sp", "half = 1 / 2", "answer = lambda x: sp.expit(x) * half"],
    [ANSWER, 'question = "b"'],
    ["print(value)\n" + ANSWER, "other = 1\nsome = answer"],  # there is no other version that could stay
    ["def answer(x):\n    for _ in range(2):\n        x = np.abs(x)\n    return x", "_ = answer(-1)"],
]
NOT_PLAIN = [
    ["def setup():\n    global T\n    T = 0", "setup()", ANSWER],
    ["table = {}", "def answer(x): return table.get(x)"],
    ["def answer(x, seen=[]):\n    seen.append(x)\n    return x"],
    ["def answer(x):\n    answer.calls = 1\n    return x"],
    ["def answer(x):\n    np.abs = None\n    return x"],
    ["def answer(x):\n    setattr(np, 'abs', None)\n    return x"],
    ["def answer(x):\n    np.__dict__['abs'] = None\n    return x"],
    ["import os", ANSWER],
    ["def answer(x):\n    import gc\n    return x"],
    ["from functools import lru_cache\n@lru_cache\ndef answer(x): return x"],
    ["class Answer:\n    def __call__(self, x): return x", "answer = Answer()"],
    ["%time", ANSWER],
    ["def answer(x): return _ + x"],
    ["_ = 2.0", "def answer(x): return [_ * value for value in x]"],
    [ANSWER, "answer(-1)", "print(_)"],
    ["values = [1.0]", "TABLE = values", "def answer(x): return TABLE[0] * x"],
    ["def positive(x): return x > 0", "def answer(x): return positive(x)"],
    ["def check(f): pass", ANSWER],
    ["np.seterr(all='raise')", ANSWER],
    ["from sklearn import set_config", "set_config(transform_output='pandas')", ANSWER],
    ["import pandas as pd", "pd.set_option('display.max_rows', 3)", ANSWER],
    ["import pandas as pd", "pd.options.mode.copy_on_write = True", ANSWER],
    ["if True:\n    raise SystemExit\ndef answer(x): return 1", ANSWER],
    ["match {'a': 1}:\n    case {**rest}: pass", "def answer(x): return rest"],
    ["import numpy", "numpy.erf = numpy.vectorize(abs)", "def answer(x): return np.erf(x)"],
    [ANSWER, "answer(value)\ndef answer(x): return 1"],
    [ANSWER, "import os.path as where", "first = open('none')\nanswer = abs"],
]


@pytest.mark.parametrize("own", PLAIN)
def test_functions_that_keep_nothing_make_a_plain_notebook(lecture, own):
    assert Notebook([lecture["import"], lecture["positive"], *own, lecture["check"]]).plain


@pytest.mark.parametrize("own", NOT_PLAIN)
def test_whatever_may_have_an_effect_beyond_its_name_makes_a_notebook_that_is_not_plain(lecture, own):
    assert not Notebook([lecture["import"], lecture["positive"], *own, lecture["check"]]).plain


# --- Ways to an answer ---------------------------------------------------------------------------------------------


def ways(*sources):
    return [(kind, place) for kind, place in Notebook(list(sources)).ways("answer")]


def test_a_plain_notebook_is_looked_at_where_the_answer_is_checked(lecture):
    assert ways(lecture["import"], ANSWER, lecture["check"], "more = 1") == [(SHORT, 3)]


def test_an_answer_that_is_not_checked_is_looked_at_in_the_end(lecture):
    assert ways(lecture["import"], ANSWER) == [(SHORT, END)]
    assert ways(lecture["import"], lecture["check"], ANSWER) == [(SHORT, END)]


def test_a_second_answer_below_the_check_is_a_second_chance(lecture):
    assert ways(lecture["import"], ANSWER, lecture["check"], "def answer(x): return x") == [(SHORT, 3), (SHORT, END)]


def test_where_the_short_way_may_fall_short_everything_runs_as_well(lecture):
    state = ["table = {}", "def answer(x): return table"]
    assert ways(lecture["import"], *state, lecture["check"]) == [(SHORT, 4), (RUN, 4), (APART, 4)]
    checks = [(SHORT, 4), (RUN, 4), (RUN, 5), (APART, 4), (APART, 5)]
    assert ways(lecture["import"], *state, lecture["check"], "result = check(answer)") == checks
    below = [(SHORT, 4), (SHORT, END), (RUN, 4), (RUN, END), (APART, 4), (APART, END)]
    assert ways(lecture["import"], *state, lecture["check"], "table = {1: 2}") == below


def test_the_number_of_ways_is_bounded(lecture):
    out_of_sight = ["list(map(check, [answer]))", "answer = abs"]
    found = ways(lecture["import"], "table = {}", "def answer(x): return table", *["check(answer)"] * 50, *out_of_sight)
    assert len(found) == 2 + 2 * (cells.MOST_CHECKS + 1 + MOST_CALLS)


def test_nothing_was_answered_where_the_learner_binds_nothing(lecture):
    assert ways(lecture["import"], lecture["stub"], lecture["check"], "other = [1]") == []


def test_an_answer_bound_out_of_sight_is_looked_for_by_running_everything(lecture):
    found = ways(lecture["import"], "globals()['answer'] = lambda x: 5", lecture["check"])
    assert (RUN, 3) in found


@pytest.mark.parametrize("binding", ["globals()['answer'] = g", "exec('answer = g')", "from m import *", "%run m.py"])
def test_what_was_bound_out_of_sight_is_looked_at_where_it_was_checked(lecture, binding):
    assert (RUN, 3) in ways(lecture["import"], binding, lecture["check"], "answer = 0.5")
    with pytest.raises(LookupError):
        Notebook([binding, lecture["check of the question"], "question = None"]).letter("question")


CALLS = [(RUN, FIRST_CALL - i) for i in range(MOST_CALLS)]


@pytest.mark.parametrize(
    "binding",
    [
        *("sys.modules['__main__'].answer = g", "put('answer', g)", "@answers('answer')\ndef mine(x): return x"),
        *(
            "get_ipython().ex('answer = g')",
            "get_ipython().run_cell('answer = g')",
            "get_ipython().push({'answer': g})",
        ),
    ],
)
def test_what_is_bound_by_other_means_is_looked_for(lecture, binding):
    assert (RUN, 3) in ways(lecture["import"], binding, lecture["check"])


@pytest.mark.parametrize("own", ["hint('answer')", "solution('answer')", "answer?"])
def test_whoever_asks_about_an_answer_binds_none(lecture, own):
    assert ways(lecture["import"], lecture["stub"], own, lecture["check"]) == []


@pytest.mark.parametrize("written", ["check(answer=mine)", "check(answer=lambda x: x)", "print(check(answer=mine))"])
def test_what_a_check_is_given_by_name_is_an_answer(lecture, written):
    own = "def mine(x): return x"
    assert (RUN, 4) in ways(lecture["import"], lecture["stub"], own, written)
    assert ways(lecture["import"], lecture["stub"], own, lecture["check"]) == []


@pytest.mark.parametrize(
    "written",
    [
        *(
            "for f in [answer]: check(f)",
            "[check(f) for f in [answer]]",
            "list(map(check, [answer]))",
            "%time check(answer)",
        ),
        *("def all(): check(answer)", "from helpers import check as mark", "check(**{'answer': answer})"),
        *("exec('check(answer)')", "c = check", "check(answer), check(answer)", "for f in [answer]: check(answer=f)"),
    ],
)
def test_where_no_text_shows_what_a_check_is_for_its_calls_are_places(lecture, written):
    # A line that fails here only must not take the check in its cell with it.
    apart = {(APART, place) for _, place in CALLS}
    assert apart | set(CALLS) <= set(ways(lecture["import"], ANSWER, written, "answer = 0"))


@pytest.mark.parametrize(
    "written",
    [
        "class A:\n    def answer(x): return 1\ncheck(A.answer)",
        "def test():\n    def answer(x): return 1\n    return check(answer)\ntest()",
        "def mark(answer): check(answer)\nmark(abs)",
        "check(mine.answer)",
        "for k, v in {'answer': abs}.items(): check(**{k: v})",
        "for k in ['ans']: check(**{f'{k}wer': abs})",
    ],
)
def test_an_answer_that_the_notebook_itself_does_not_bind_is_looked_for_at_its_check(lecture, written):
    assert set(CALLS) <= set(ways(lecture["import"], lecture["stub"], written, lecture["check"]))


def test_a_letter_that_may_not_have_been_reached_is_found_by_running(lecture):
    cells = [lecture["import"], "question = 'b'", "print(draft)\nquestion = 'a'", lecture["check of the question"]]
    with pytest.raises(LookupError):
        Notebook(cells).letter("question")
    assert Notebook([cells[0], *cells[2:]]).letter("question") == "a"


def test_no_call_is_looked_for_where_the_learner_wrote_nothing_of_an_exercise(lecture):
    untouched = [lecture["import"], lecture["stub"], lecture["check"], "exec('other = 1')", "list(map(check, [other]))"]
    assert not set(CALLS) & set(ways(*untouched))


@pytest.mark.parametrize(
    "written", ["check(answer)", "r = check(answer); r", "helpers.check(answer)", "check(answer, remember=True)"]
)
def test_a_check_that_shows_what_it_is_for_is_its_own_place(lecture, written):
    assert ways(lecture["import"], ANSWER, written, "answer = 0")[0] == (SHORT, 3)
    assert not set(CALLS) & set(ways(lecture["import"], ANSWER, written, "answer = 0"))


def test_checks_above_in_the_cell_of_a_check_are_counted(lecture):
    several = Notebook(
        [lecture["import"], ANSWER, "r = check(answer)\nanswer = abs\nr = check(answer)\ns = check(answer)"]
    )
    assert [several.checked_above("answer", place) for place in (3, 5, 6, END, FIRST_CALL)] == [0, 1, 2, 0, 0]


@pytest.mark.parametrize(
    "magic", ["%time 1", "!ls", "x = !ls", "%%bash\nls", "%matplotlib inline", "answer?", "%%html\n<b>"]
)
def test_a_magic_that_binds_nothing_is_no_answer(lecture, magic):
    assert ways(lecture["import"], magic, lecture["stub"], lecture["check"]) == []


def test_an_import_that_fails_leaves_what_the_lecture_has_imported(lecture):
    failing = "import no_such_module, numpy as np"
    assert define([lecture["import"], failing, "def answer(x): return np.abs(x)"], "answer")(-1) == 1
    assert 1 in run(lecture["import"], failing, "print(np)")


def test_an_import_of_the_lecture_takes_nothing_away(lecture):
    assert define(["np = 'mine'", "def answer(): return np", lecture["import"]], "answer")() == "mine"


def test_a_letter_is_read_without_running_anything(lecture):
    def letter(*sources):
        return Notebook(list(sources)).letter("question")

    check = lecture["check of the question"]
    assert letter('question = "b"', check) == "b"
    assert letter('question = "a"', 'question = "b"', check, 'question = "c"') == "b"
    assert letter('question = "b"', lecture["question"], check) == "b"
    assert letter(lecture["question"], check) is ...
    assert letter(lecture["question"], 'check(question="b")') == "b"
    for written in ('question = "B".lower()', "exec('question = 1')"):
        with pytest.raises(LookupError):
            letter(written, check)
    with pytest.raises(LookupError):
        letter(lecture["question"], "mine = 'b'", "check(question=mine)")


# --- What runs when everything runs --------------------------------------------------------------------------------


def run(*sources, place=END):
    return dict(Notebook(list(sources)).sources_to_run(place))


def test_all_of_the_learners_own_runs_and_of_the_lecture_what_that_needs(lecture):
    own = ["values = [1]", "def answer(x): return positive", "print(values)"]
    found = run(lecture["import"], lecture["positive"], lecture["question"], *own)
    assert found == {2: lecture["positive"], 4: own[0], 5: own[1], 6: own[2]}


def test_the_check_at_the_end_runs_with_what_it_needs(lecture):
    found = run(lecture["import"], ANSWER, lecture["check"], "more = 1", place=3)
    assert found == {1: lecture["import"], 2: ANSWER, 3: lecture["check"]}


@pytest.mark.parametrize(
    "own", ["%time print(positive)", "%timeit -n1 -r 1 print(positive)", "exec('print(positive)')", "%%time\npositive"]
)
def test_what_a_magic_or_a_text_reads_of_the_lecture_runs(lecture, own):
    assert run(lecture["import"], lecture["positive"], lecture["question"], own) == {2: lecture["positive"], 4: own}


NEEDED = {
    "what is deleted": ["del positive\nstate = 1"],
    "what an await reads": ["top = await asyncio.to_thread(len, positive)"],
    "what a helper reads that is called before the name is bound anew": [
        "def biggest(): return max(positive)",
        "top = biggest()",
        "positive = 0.5",
    ],
    "what a function would bind that is not called": [
        "def reset():\n    global positive\n    positive = 1",
        "n = positive",
    ],
    "what is not bound by what is timed": ["%%timeit\npositive = 1", "n = positive"],
}


@pytest.mark.parametrize("case", NEEDED)
def test_of_the_lecture_runs(lecture, case):
    own = NEEDED[case]
    # A helper may stand above what it reads.
    before, after = (own[:1], own[1:]) if case.startswith("what a helper") else ([], own)
    assert lecture["positive"] in run(*before, lecture["positive"], *after).values()


def test_statement_by_statement_each_comes_in_its_line_and_with_what_the_cells_mention(lecture):
    own = "%%time\nn = len(train)\nw = globals()['positive']"
    found = list(Notebook([lecture["positive"], lecture["question"], own]).sources_to_run(apart=True))
    assert found == [
        (1, lecture["positive"]),
        (2, "question = ..."),
        (3, "%%time\nn = len(train)\n"),
        (3, "%%time\n\nw = globals()['positive']"),
    ]
    drawn = "samples = rng.normal(size=3)"
    cells.remember([*lecture.values(), drawn])
    assert (1, drawn) in Notebook([drawn, "w = [rng.normal()]"]).sources_to_run(apart=True)
    mentioned = "table.query('a > @positive')"
    assert (1, lecture["positive"]) in Notebook([lecture["positive"], mentioned]).sources_to_run(apart=True)
    assert 1 not in run(lecture["positive"], mentioned)


def test_a_lecture_statement_that_is_superseded_before_it_is_used_does_not_run(lecture):
    own = ["def positive(x): return x", "print(positive(1))"]
    assert run(lecture["positive"], *own) == {2: own[0], 3: own[1]}
    used_before = ["print(positive)", *own]
    assert run(lecture["positive"], *used_before)[1] == lecture["positive"]


def test_what_jupyter_keeps_of_a_handed_out_check_is_there(lecture):
    assert run(lecture["import"], ANSWER, lecture["check"], "ok = _.correct")[3] == lecture["check"]
    assert 3 not in run(lecture["import"], ANSWER, lecture["check"], "ok = True")


@pytest.mark.parametrize("own", ["run mine.py", "time answer = 5", "pylab inline"])
def test_a_magic_without_its_sign_is_one_in_a_cell_of_one_line(lecture, own):
    assert run(own) == {1: own}
    assert run(f"{own}\nk = 1") == {}


def test_lines_that_do_not_run_are_blank_so_that_the_others_keep_their_numbers(lecture):
    mixed = lecture["positive"] + "\n\ndef answer(x):\n    return 1"
    assert run(mixed) == {1: "\n\ndef answer(x):\n    return 1"}


BESIDE_THE_LECTURE = {
    "a magic below": ("{}\n%pylab inline", "{}\nget_ipython().run_line_magic('pylab', 'inline')\n"),
    "a magic above": ("%precision 3\n{}\nk = 1", "get_ipython().run_line_magic('precision', '3')\n{}\nk = 1\n"),
    "a program": ("{}\nfiles = !ls", "{}\nfiles = get_ipython().getoutput('ls')\n"),
    "under a magic": ("%%time\n{}\nk = 1", "%%time\n{}\nk = 1"),
    "in its line": ("{}; k = 1; ü = 'é'", "k = 1; ü = 'é'"),
    "on both sides of it": ("k = 1; {}; m = (2,\n  3)", "k = 1; m = (2,\n  3)"),
    "with a decorator": (
        "{}\n@print\ndef own():\n    # why\n    return 1",
        "{}\n@print\ndef own():\n    # why\n    return 1",
    ),
}


@pytest.mark.parametrize("written", BESIDE_THE_LECTURE)
def test_what_somebody_adds_to_a_cell_of_the_lecture_runs_without_what_was_there(lecture, written):
    cell, runs = BESIDE_THE_LECTURE[written]
    needs_more = "print(positive)"
    cells.remember([*lecture.values(), needs_more])
    assert run(cell.format(needs_more)) == {1: runs.format("")}


def test_a_name_for_what_a_cell_prints_stands_for_all_of_it(lecture):
    captured = f"%%capture shown\n{lecture['import']}"
    assert run(captured, "print(shown.stdout)") == {1: captured, 2: "print(shown.stdout)"}
    assert run(f"%%capture --no-stderr\n{lecture['import']}", "k = 1") == {2: "k = 1"}


@pytest.mark.parametrize(
    "magic", ["%time answer = 5", "%prun -q answer = 5", "%time\tanswer = 5", "x = 1\n%time answer=5"]
)
def test_an_answer_bound_by_a_magic_is_looked_for(lecture, magic):
    places = [place for kind, place in ways(lecture["import"], magic, lecture["check"]) if kind == RUN]
    assert places == [2 + len(magic.splitlines())]
    with pytest.raises(LookupError):
        Notebook([magic.replace("answer", "question"), lecture["check of the question"]]).letter("question")


def test_a_cell_that_only_reads_a_name_is_not_called_its_maker():
    notebook = Notebook(["def step(x):\n    return RATE * x", "step(1.0)", "print(RATE)\nOTHER = 1 / 0"])
    with pytest.raises(DefinitionError):
        notebook.value("OTHER")
    with pytest.raises(NameError) as raised:
        notebook.value("step")(1.0)
    assert cells.where_or_why(raised.value) == " (code cell 1, line 2)"


def test_a_missing_name_is_explained_by_the_cell_that_should_have_made_it():
    answer = Notebook(["RATE = float('a lot')", "def step(x):\n    return RATE * x", "OTHER = 1 / 0"]).value("step")
    with pytest.raises(NameError) as raised:
        answer(1.0)
    told = cells.where_or_why(raised.value)
    assert told.startswith(" (code cell 2, line 2); the cell that makes it raised ValueError: ")
    assert told.endswith("'a lot' (code cell 1, line 1)")
