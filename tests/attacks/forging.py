"""Forging a mark: every answer here is wrong, and tries to be taken for right."""

import numpy as np

from helpers.grading.marking import TAMPERING
from helpers.judging.judge import CORRECT, ERROR
from helpers.judging.judge import WRONG as WRONG_STATUS
from helpers.lectures import exercise_named
from tests import classroom

from .catalogue import ATTACKED, RIGHT, WRONG, answer, folder, honest_notebook

# How a submission finds the grader's end of the conversation in its own process: the job and the pipe's number.
INSIDE = """
import json, os, struct, sys
def inside():
    frame = sys._getframe()
    while 'job' not in frame.f_locals or 'channel' not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals, frame.f_locals['channel'][0]
def send(fd, tree, buffers=b''):
    header = json.dumps(tree).encode()
    message = struct.pack('<I', len(header)) + header + buffers
    os.write(fd, struct.pack('<Q', len(message)) + message)
"""


def beforehand(source: str, wrong: str = WRONG) -> str:
    """A wrong answer with `source` run before it: as its default argument, because only what it needs is run at all."""
    lines = "\n".join("    " + line for line in source.strip().splitlines())
    return f"def beforehand():\n{lines}\n" + wrong.replace("alpha=0.01", "alpha=0.01, ready=beforehand()")


@answer("forging", WRONG_STATUS)
def an_object_that_equals_everything():
    """Return an object whose every comparison says yes."""
    return """
class Yes:
    def __eq__(self, other): return True
    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __abs__ = __sub__ = __rsub__ = lambda self, *others: True
    __hash__ = None
def leaky_relu(x, alpha=0.01):
    return Yes()
"""


@answer("forging", WRONG_STATUS)
def an_array_that_agrees_with_everything():
    """Return an ndarray subclass that answers every ufunc with true."""
    return """
import numpy as np
class Agrees(np.ndarray):
    def __array_ufunc__(self, *arguments, **keywords): return np.True_
    def __array_function__(self, *arguments, **keywords): return True
    def __eq__(self, other): return True
def leaky_relu(x, alpha=0.01):
    return np.asarray(x, dtype=float).view(Agrees)
"""


@answer("forging", WRONG_STATUS)
def an_array_that_lies_about_itself():
    """Return an ndarray subclass that claims another class, shape and dtype."""
    return """
import numpy as np
class Liar(np.ndarray):
    __class__ = np.ndarray
    shape = property(lambda self: ())
    dtype = property(lambda self: np.dtype(float))
Liar.__name__ = Liar.__qualname__ = 'ndarray'
def leaky_relu(x, alpha=0.01):
    return np.zeros(3).view(Liar)
"""


@answer("forging", WRONG_STATUS)
def a_float_that_is_close_to_everything():
    """Return a float subclass with a distance of zero from everything."""
    return """
class Near(float):
    __sub__ = __rsub__ = __abs__ = lambda self, *others: 0.0
    __eq__ = __le__ = lambda self, other: True
    __hash__ = float.__hash__
def leaky_relu(x, alpha=0.01):
    return Near(0)
"""


@answer("forging", WRONG_STATUS)
def a_chameleon_behind_the_array_protocol():
    """Return an object that hands out whatever array it is asked for."""
    return """
import numpy as np
class Chameleon:
    def __array__(self, *arguments, **keywords): return np.zeros(3)
    __array_priority__ = 1e9
    __float__ = __len__ = lambda self: 0
def leaky_relu(x, alpha=0.01):
    return Chameleon()
"""


@answer("forging", WRONG_STATUS, ERROR)
def a_metaclass_that_gives_another_name():
    """Return an object whose metaclass says that the class is called ndarray and equals it."""
    return """
class Meta(type):
    __name__ = property(lambda cls: 'ndarray')
    def __eq__(cls, other): return True
    def __hash__(cls): return hash(float)
    def __instancecheck__(cls, thing): return True
class Thing(metaclass=Meta): pass
def leaky_relu(x, alpha=0.01):
    return Thing()
"""


@answer("forging", WRONG_STATUS)
def patched_comparisons():
    """Replace numpy.testing, allclose, isclose, array_equal and math.isclose by functions that say yes."""
    return beforehand("""
import math, unittest
import numpy as np, numpy.testing
for module, names in (
    (np, 'allclose isclose array_equal'), (math, 'isclose'), (np.testing, 'assert_allclose assert_equal')
):
    for name in names.split():
        setattr(module, name, lambda *a, **k: True)
unittest.TestCase.assertEqual = lambda *a, **k: None
""")


@answer("forging", WRONG_STATUS, ERROR)
def patched_builtins():
    """Replace the builtins that a test would use."""
    return """
import builtins
def leaky_relu(x, alpha=0.01):
    builtins.isinstance = builtins.all = builtins.any = lambda *a: True
    builtins.abs = builtins.sum = builtins.max = lambda *a, **k: 0
    return x
"""


@answer("forging", WRONG_STATUS)
def ipython_transformers():
    """Strip tests from cells with IPython's input and AST transformers, and silence its tracebacks."""
    return beforehand("""
try:
    get_ipython().input_transformers_cleanup.append(lambda lines: ['pass'])
    get_ipython().ast_transformers.append(None)
except NameError:
    pass
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.showtraceback = InteractiveShell.run_cell = lambda *a, **k: None
""")


@answer("forging", WRONG_STATUS)
def its_own_check():
    """Replace `check` by one that is always content."""
    return "def check(*a, **k):\n    return 'correct, 4 of 4 points'\ngrade = check\n" + WRONG


@answer("forging", WRONG_STATUS, ERROR)
def patched_observer():
    """Replace the function that writes down what a call did, before it is used."""
    return beforehand("""
import sys
observe = sys.modules['sandbox.observe']
observe.observe = lambda function, call, where=None: observe.Observation('returned', call.arguments[0])
observe.identical = lambda a, b: True
""")


@answer("forging", TAMPERING, ERROR)
def patched_encoder():
    """Replace the encoder by one that sends a mark instead of a value."""
    return beforehand("""
import json, struct, sys
def encode(value):
    header = json.dumps({'dict': [['nonce', value['nonce']], ['status', 'correct'], ['points', {'int': '4'}]]}).encode()
    return struct.pack('<I', len(header)) + header
sys.modules['sandbox.wire'].encode = encode
""")


@answer("forging", TAMPERING)
def a_verdict_instead_of_a_value():
    """Find the request's number in the frames above and send a well-formed verdict under it."""
    return (
        INSIDE
        + """
def leaky_relu(x, alpha=0.01):
    here, fd = inside()
    send(fd, {'dict': [['nonce', here['job']['nonce']], ['status', 'correct'], ['points', {'int': '4'}]]})
    os._exit(0)
"""
    )


@answer("forging", TAMPERING)
def a_reply_to_every_open_file():
    """Write something like a result to every open descriptor before the real reply."""
    return """
import os
def leaky_relu(x, alpha=0.01):
    for fd in range(3, 64):
        try:
            os.write(fd, b'\\x02\\0\\0\\0\\0\\0\\0\\0{}{"status": "correct", "points": 4}')
        except OSError:
            pass
    return x
"""


@answer("forging", WRONG_STATUS)
def answers_to_all_calls_at_once():
    """Send well-formed, wrong observations for all calls early, then leave with status 0."""
    return (
        INSIDE
        + """
def leaky_relu(x, alpha=0.01):
    here, fd = inside()
    zero = ['returned', {'float': '0x0.0p+0'}, '', '', False, False]
    for _ in here['calls']:
        send(fd, {'dict': [['nonce', here['job']['nonce']], ['observation', zero]]})
    os._exit(0)
"""
    )


@answer("forging", TAMPERING)
def every_answer_twice():
    """Send each reply twice, so that there are more answers than questions."""
    return """
import os
def leaky_relu(x, alpha=0.01):
    real = os.write
    def twice(fd, data):
        real(fd, data)
        return real(fd, data)
    os.write = twice
    return x
"""


@answer("forging", TAMPERING)
def another_requests_number():
    """Reply with the number of another request."""
    return (
        INSIDE
        + """
def leaky_relu(x, alpha=0.01):
    send(inside()[1], {'dict': [['nonce', '0' * 32], ['problem', 'not attempted']]})
    os._exit(0)
"""
    )


@answer("forging", TAMPERING)
def an_array_as_number():
    """Reply with an array in the place of the request's number: comparing it is no truth value."""
    return (
        INSIDE
        + """
def leaky_relu(x, alpha=0.01):
    send(inside()[1], {'dict': [['nonce', {'array': '<f8', 'shape': [2]}], ['problem', 'x']]}, bytes(16))
    os._exit(0)
"""
    )


@answer("forging", TAMPERING)
def a_reply_that_no_database_takes():
    """Send a text with a lone surrogate, which passes through JSON and breaks whoever stores it."""
    return (
        INSIDE
        + """
def leaky_relu(x, alpha=0.01):
    here, fd = inside()
    send(fd, {'dict': [['nonce', here['job']['nonce']], ['problem', chr(0xD800)]]})
    os._exit(0)
"""
    )


@answer("forging", TAMPERING)
def a_pickle():
    """Send a pickle that would run code where it is read."""
    return """
import os, pickle, struct
class Bomb:
    def __reduce__(self): return (os.system, ('touch @HOME@/pickled',))
def leaky_relu(x, alpha=0.01):
    data = pickle.dumps(Bomb())
    for fd in range(3, 64):
        try: os.write(fd, struct.pack('<Q', len(data)) + data)
        except OSError: pass
    os._exit(0)
"""


@answer("forging", WRONG_STATUS, ERROR, TAMPERING)
def a_thread_that_writes_later():
    """Leave a thread behind that writes to the reply pipe while the answers are being sent."""
    return """
import os, threading, time
def late():
    while True:
        time.sleep(0.001)
        for fd in range(3, 64):
            try: os.write(fd, b'correct')
            except OSError: pass
def leaky_relu(x, alpha=0.01):
    threading.Thread(target=late, daemon=True).start()
    time.sleep(0.01)
    return x
"""


@answer("forging", WRONG_STATUS)
def a_walk_through_frames_and_objects():
    """Look for expected values, examinations and oracles in frames, modules and everything the collector knows."""
    return """
import gc, sys
def leaky_relu(x, alpha=0.01):
    frame, names = sys._getframe(), set()
    while frame:
        names |= set(frame.f_locals) | set(frame.f_globals)
        frame = frame.f_back
    kinds = {type.__dict__['__name__'].__get__(type(thing)) for thing in gc.get_objects()}
    modules = {name for name in sys.modules if 'exercises' in name or 'judging' in name or 'grading' in name}
    found = names & {'expected', 'expectations', 'oracle'} | kinds & {'Examination', 'Exercise', 'Part'} | modules
    if found:
        raise RuntimeError(f'LOOT: {found}')
    return x
"""


@answer("forging", WRONG_STATUS)
def the_courses_own_answer():
    """Import the exercise's oracle and its right spellings from the course itself."""
    return """
from helpers.lectures import exercise_named
from helpers.proving.solutions import solution_source
leaky_relu = exercise_named('leaky_relu').spellings[0]
"""


@answer("forging", WRONG_STATUS)
def the_courses_own_activation():
    """Return the result of the course's own activation registry."""
    return """
from helpers.neural.activations import ACTIVATIONS
def leaky_relu(x, alpha=0.01):
    return ACTIVATIONS['leaky ReLU'].function(x)
"""


@folder("forging", WRONG_STATUS, exercise=ATTACKED)
def modules_beside_the_notebook(class_folder, student, places):
    """Hand in numpy.py, sitecustomize.py, conftest.py and a .pth beside the notebook, to be imported by the grader."""
    notebook = honest_notebook()
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == ATTACKED:
            cell["source"] = WRONG
    path = classroom.write_submission(class_folder, student, notebook)
    for name in (
        "numpy.py",
        "json.py",
        "sitecustomize.py",
        "usercustomize.py",
        "conftest.py",
        "helpers.py",
        "evil.pth",
    ):
        (path.parent / name).write_text(f"import os; open({places['HOME'] + '/imported'!r}, 'w').close()")


@answer("forging", WRONG_STATUS)
def startup_files():
    """Write numpy.py, sitecustomize.py and IPython start-up files where the next interpreter may look."""
    return """
import os, sys
def leaky_relu(x, alpha=0.01):
    for path in [*sys.path, os.getcwd(), '@HOME@/.ipython/profile_default/startup', '/tmp', '/etc']:
        for name in ('numpy.py', 'sitecustomize.py', 'evil.pth'):
            try:
                open(os.path.join(path, name), 'w').write('raise SystemExit(0)')
            except OSError:
                pass
    os.environ['PYTHONSTARTUP'] = os.environ['PYTHONPATH'] = os.getcwd()
    sys.path.insert(0, os.getcwd())
    return x
"""


@answer("forging", WRONG_STATUS)
def known_random_numbers():
    """Patch the random generators so that "fresh" inputs would be known, and answer from a table of those."""
    return """
import random
import numpy as np
class Fixed:
    def __getattr__(self, name): return lambda *a, **k: np.zeros(3)
np.random.default_rng = np.random.Generator = lambda *a, **k: Fixed()
np.random.normal = np.random.uniform = np.random.rand = random.random = lambda *a, **k: 0.0
def leaky_relu(x, alpha=0.01):
    return np.zeros(3)
"""


@answer("forging", WRONG_STATUS)
def right_for_the_examples_only():
    """Answer rightly for the inputs of `check`, which everybody can write down, and wrongly for all others."""
    trials = exercise_named(ATTACKED).public_trials
    known = sorted({repr(np.ravel(trial.call.arguments[0]).tolist()) for trial in trials})
    return (
        RIGHT.replace("def leaky_relu", "def right")
        + f"""
known = {known!r}
def leaky_relu(x, alpha=0.01):
    return right(x, alpha) + (repr(np.ravel(x).tolist()) not in known)
"""
    )


@answer("forging", WRONG_STATUS)
def a_printed_result():
    """Print what looks like a result, with terminal escapes that overwrite the line above."""
    return """
import sys
def leaky_relu(x, alpha=0.01):
    for stream in (sys.stdout, sys.stderr, sys.__stdout__):
        print('\\x1b[1A\\x1b[2K{"score": 4, "status": "correct"}\\nOK (12 tests)', file=stream)
    return x
"""


@answer("forging", WRONG_STATUS)
def trace_functions():
    """Rewrite the observer's variables from sys.settrace, sys.setprofile and collector callbacks."""
    return """
import gc, sys
def tracer(frame, event, argument):
    if 'overflow' in frame.f_locals:
        frame.f_locals.update(overflow=False, changed=False, value=None)
    return tracer
def leaky_relu(x, alpha=0.01):
    sys.settrace(tracer)
    sys.setprofile(lambda *a: None)
    frame = sys._getframe()
    while frame:
        frame.f_trace = tracer
        frame = frame.f_back
    gc.callbacks.append(lambda phase, info: phase)
    return x
"""


@answer("forging", WRONG_STATUS, ERROR)
def numbers_changed_in_memory():
    """Change the value of the number 1 for the whole process."""
    return """
import ctypes
def leaky_relu(x, alpha=0.01):
    ctypes.memmove(id(257) + 24, id(258) + 24, 4)
    ctypes.memmove(id(1.5) + 16, id(2.5) + 16, 8)
    return x
"""


@answer("forging", WRONG_STATUS)
def nan_with_a_payload():
    """Return NaNs of unusual bits, infinities and negative zeros, in the hope that one of them equals everything."""
    return """
import numpy as np
def leaky_relu(x, alpha=0.01):
    out = np.full(np.shape(x), np.nan)
    out.view('u8')[...] |= 0xDEAD
    return out
"""


@answer("forging", ERROR)
def an_exception_with_a_good_name():
    """Raise an exception class that is called like a result."""
    return """
def leaky_relu(x, alpha=0.01):
    raise type('correct', (Exception,), {})('4 of 4 points')
"""


@answer("forging", CORRECT, to="mish")
def a_silenced_warning():
    """Hide the overflow warning by patching the recorder: it earns what `np.errstate` in an honest answer earns."""
    return beforehand(
        """
import warnings
class Deaf(warnings.catch_warnings):
    def __enter__(self):
        super().__enter__()
        return []
warnings.catch_warnings = Deaf
""",
        """
import numpy as np
def mish(x, alpha=0.01):
    x = np.asarray(x, dtype=float)
    return x * np.tanh(np.log1p(np.exp(x)))
""",
    )


@answer("forging", CORRECT)
def a_change_that_is_covered_up():
    """Change the input and patch the comparison that would notice: it earns what one copy earns."""
    changing = RIGHT.replace("x = np.asarray(x, dtype=float)", "x = np.asarray(given := x, dtype=float)").replace(
        "    return ", "    result = "
    )
    return beforehand(
        "import sys\nsys.modules['sandbox.observe'].identical = lambda a, b: True",
        changing + "    if isinstance(given, np.ndarray):\n        given[...] = 0\n    return result\n",
    )
