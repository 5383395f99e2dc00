"""Attacks on running all cells as Jupyter would: hooks of IPython, replaced checks, cells that never end.

The answer is wrong in every one of them, and stays wrong whatever runs before or after it; the honest part of the
notebook keeps its points.
"""

from helpers.grading.notebook import MAX_CELLS
from helpers.judging.judge import ERROR, NOT_ATTEMPTED
from helpers.judging.judge import WRONG as WRONG_STATUS

from .catalogue import ATTACKED, WRONG, cell_of, code_cell, notebook

# What a forger would like to be handed: whatever in this process knows what `leaky_relu` should give.
SEARCH = """
import gc, types
def search():
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and 'leaky_relu' in thing.__name__:
            if thing.__module__ != '__main__':
                return thing
    return lambda x, alpha=0.01: x
"""
OUTCOMES = (WRONG_STATUS, ERROR, NOT_ATTEMPTED)


def hostile(*first: str, last: tuple[str, ...] = (), wrong: str = WRONG):
    """Declare an entry by cells around a notebook in which `leaky_relu` is wrong."""

    def change(notebook):
        cell_of(notebook, ATTACKED)["source"] = wrong
        notebook["cells"] = [*map(code_cell, first), *notebook["cells"], *map(code_cell, last)]
        return notebook

    return change


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def input_transformers(notebook):
    """Rewrite every later cell before it is compiled."""
    return hostile(
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['leaky_relu = abs\\n'])",
        "get_ipython().input_transformers_post.append(lambda lines: lines + ['leaky_relu = abs\\n'])",
    )(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def syntax_tree_transformers(notebook):
    """Rewrite the syntax tree of every later cell: no call of `check` is left, every number is 1."""
    return hostile("""
import ast
class Rewrites(ast.NodeTransformer):
    def visit_Call(self, node):
        return ast.Constant('correct: 4 of 4 points') if getattr(node.func, 'id', '') == 'check' else node
    def visit_Constant(self, node):
        return ast.Constant(1) if type(node.value) is float else node
get_ipython().ast_transformers.append(Rewrites())
""")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def display_hooks(notebook):
    """Replace how results are shown, so that everything that is shown says "correct"."""
    return hostile("""
import builtins, sys
from IPython.display import display, HTML
shell = get_ipython()
for formatter in shell.display_formatter.formatters.values():
    for kind in (object, float, str):
        formatter.for_type(kind, lambda thing, *rest: 'leaky_relu: correct, 4 of 4 points')
sys.displayhook = shell.displayhook = lambda value: print('correct, 4 of 4 points')
builtins.print = builtins.display = lambda *things, **keywords: None
display(HTML('<script>alert(1)</script>'))
""")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def an_extension(notebook):
    """Write an extension, load it, and let it replace the runner of cells."""
    return hostile(
        "%%writefile forging.py\ndef load_ipython_extension(shell):\n    shell.run_cell = lambda *a, **k: None\n"
        "    shell.user_ns['leaky_relu'] = abs\n",
        "import sys\nsys.path.insert(0, '.')\n%load_ext forging\n%reload_ext forging",
    )(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def the_namespace_of_the_shell(notebook):
    """Change the shell's namespace, hide names in it, and put another dict in its place."""
    return hostile(
        """
class Answers(dict):
    def __getitem__(self, name):
        return abs if name == 'leaky_relu' else dict.__getitem__(self, name)
shell = get_ipython()
shell.push({'leaky_relu': abs}, interactive=False)
shell.user_ns_hidden['leaky_relu'] = abs
shell.user_ns['__name__'] = 'helpers.checking.check'
""",
        "shell.user_ns = shell.user_global_ns = Answers(shell.user_ns)",
        last=("get_ipython().user_ns['leaky_relu'] = abs",),
    )(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def callbacks_around_every_cell(notebook):
    """Let callbacks before and after every cell rebind the answer, raise, and leave."""
    return hostile("""
import os
def before(*information): get_ipython().user_ns['leaky_relu'] = abs
def after(*result): raise SystemExit(0)
for name in ('pre_execute', 'pre_run_cell', 'post_execute', 'post_run_cell'):
    get_ipython().events.register(name, before)
get_ipython().events.register('post_run_cell', after)
get_ipython().set_custom_exc((BaseException,), lambda *a: os._exit(0))
""")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def a_check_of_its_own(notebook):
    """Replace the course's module by one whose check is content, and hands on any function that memory holds."""
    return hostile(
        SEARCH
        + """
import sys, types
course = types.ModuleType('helpers')
def check(*functions, **named):
    for name in ('leaky_relu', 'sigmoid'):
        get_ipython().user_ns[name] = search()
    return 'correct: 4 of 4 points'
course.check = course.solution = check
for name in [n for n in sys.modules if n.split('.')[0] == 'helpers'] + ['helpers', 'helpers.checking']:
    sys.modules[name] = course
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != '_Finder']
""",
        last=("check(search())", "leaky_relu = search()"),
    )(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def a_check_that_is_called_a_million_times(notebook):
    """Call check a million times, with this function and with others."""
    return hostile(
        last=(
            "from helpers import check\nfor _ in range(10**6):\n    check(leaky_relu)",
            "for _ in range(10**6):\n    check(leaky_relu=sigmoid), check(sigmoid=leaky_relu)",
        ),
    )(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def checks_of_other_functions(notebook):
    """Check another exercise's right function under this one's name, and by its own."""
    return hostile(
        last=(
            "from helpers import check\ncheck(leaky_relu=mish)\ncheck(leaky_relu=sigmoid)",
            "sigmoid.__name__ = sigmoid.__qualname__ = 'leaky_relu'\ncheck(sigmoid)",
        ),
    )(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def cells_that_rewrite_later_ones(notebook):
    """Change the history, the next cell, and every list of texts in memory that looks like the notebook's cells."""
    return hostile("""
import gc
shell = get_ipython()
In[:] = _ih[:] = ['leaky_relu = abs'] * 99
Out.clear()
shell.set_next_input('leaky_relu = abs', replace=True)
shell.history_manager.input_hist_raw[:] = In
for thing in gc.get_objects():
    if type(thing) is list and len(thing) > 5 and all(type(item) is str for item in thing):
        if any('def leaky_relu' in item for item in thing):
            thing[:] = ['leaky_relu = abs'] * len(thing)
""")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def builtins_in_the_way(notebook):
    """Replace what every later cell is compiled, run and looked up with."""
    return hostile("""
import builtins, sys
run = builtins.exec
def instead(code, *rest):
    rest and type(rest[0]) is dict and rest[0].update(leaky_relu=abs)
    return run(code, *rest)
builtins.exec = builtins.eval = instead
builtins.__build_class__ = builtins.callable = lambda *a, **k: True
builtins.NotImplementedError = builtins.Exception = BaseException
sys.excepthook = sys.unraisablehook = lambda *a: None
""")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def a_check_cell_that_never_comes(notebook):
    """Delete the cell that checks the attacked exercise, and put its text where it is no call."""
    notebook = hostile(last=("'check(leaky_relu)'",))(notebook)
    notebook["cells"] = [c for c in notebook["cells"] if "check(leaky_relu)" not in "".join(c["source"])]
    return notebook


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def a_loop_before_the_check(notebook):
    """Loop for ever in a cell of its own before the first check."""
    return hostile("while True:\n    try:\n        while True: pass\n    except BaseException: pass")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def a_sleep_before_the_check(notebook):
    """Sleep for ever in a cell of its own, which takes no time of the processor."""
    return hostile("import time", "time.sleep(10**6)")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def an_exit_before_the_check(notebook):
    """Leave, in every way that a shell knows, before the first check."""
    ways = ("exit", "quit()", "get_ipython().ask_exit()", "raise SystemExit(0)", "import os\nos._exit(0)")
    return hostile(*ways)(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def a_crash_before_the_check(notebook):
    """Crash outside Python in a cell of its own."""
    return hostile("import ctypes\nctypes.string_at(0)")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def as_many_cells_as_a_notebook_may_have(notebook):
    """Fill the notebook with cells of its own, each of which runs a moment."""
    room = MAX_CELLS - len(notebook["cells"])
    return hostile(*["import time; time.sleep(0.01)"] * room)(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def output_without_end(notebook):
    """Print, display and log without end in cells of its own."""
    return hostile(
        "for _ in range(300): print('x' * 10**6)",
        "from IPython.display import display\nfor _ in range(10**5): display('x' * 100)",
        "import sys\nfor _ in range(300): sys.stderr.write('y' * 10**6)",
    )(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def magics_that_leave(notebook):
    """Use magics that run other programs, other files, other languages and a debugger."""
    magics = ("%run /usr/lib/python3/dist-packages/x.py", "%pdb on", "%debug", "%%bash\nkill -9 $PPID", "%env HOME=/")
    magics += (
        "!kill -9 1",
        "%cd /",
        "%autoreload 2",
        "%xmode Verbose\n1/0",
        "%reset -f",
        "%history -f /tmp/h",
        "%rerun",
    )
    return hostile(*magics)(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def threads_that_change_the_answer(notebook):
    """Leave a thread that rebinds names of the notebook for as long as it lives."""
    return hostile("""
import threading, time
def change():
    while True:
        time.sleep(0.001)
        globals()['leaky_relu'] = abs
threading.Thread(target=change, daemon=True).start()
""")(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def right_only_when_it_is_checked(notebook):
    """Be right when the caller is a check cell, and wrong otherwise."""
    wrong = """
import sys
def leaky_relu(x, alpha=0.01):
    frame = sys._getframe(1)
    while frame:
        if 'check' in frame.f_code.co_name:
            return frame.f_locals.get('expected', x)
        frame = frame.f_back
    return x
"""
    return hostile(wrong=wrong)(notebook)


@notebook("running", *OUTCOMES, exercise=ATTACKED)
def an_answer_handed_over_by_hand(notebook):
    """Find what waits for a check in the memory of the process, and hand over functions of its own, again and again."""
    return hostile("""
import sys
waiting = sys.modules['sandbox.stand_in']._waiting_for
for name, hand_over in list(waiting.items()):
    waiting[name] = lambda answer, hand_over=hand_over: hand_over(abs)
waiting.update(leaky_relu=lambda answer: None, sigmoid=waiting.get('leaky_relu'))
""")(notebook)
