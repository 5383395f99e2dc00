"""Leaving early, or not at all."""

from helpers.grading.marking import TIME_LIMIT
from helpers.judging.judge import ERROR
from helpers.judging.judge import WRONG as WRONG_STATUS

from .catalogue import WRONG, answer


@answer("leaving", ERROR)
def sys_exit():
    """Call sys.exit(0), which a test runner might take for success."""
    return "import sys\ndef leaky_relu(x, alpha=0.01):\n    sys.exit(0)\n"


@answer("leaving", ERROR)
def exit_at_the_top():
    """Leave while the cell that defines the answer runs."""
    return WRONG + "leaky_relu = __import__('os')._exit(0)\n"


@answer("leaving", ERROR)
def os_exit():
    """Call os._exit(0) in the middle of the calls."""
    return "import os\ndef leaky_relu(x, alpha=0.01):\n    os._exit(0)\n"


@answer("leaving", ERROR)
def a_kind_of_system_exit():
    """Raise a subclass of SystemExit with a code that compares as it likes."""
    return """
class Leave(SystemExit):
    code = property(lambda self: 0)
def leaky_relu(x, alpha=0.01):
    raise Leave(0)
"""


@answer("leaving", ERROR)
def keyboard_interrupt():
    """Raise KeyboardInterrupt, as if the instructor had stopped the grading."""
    return "def leaky_relu(x, alpha=0.01):\n    raise KeyboardInterrupt\n"


@answer("leaving", ERROR)
def generator_exit():
    """Raise an exception that `except Exception` does not catch."""
    return "def leaky_relu(x, alpha=0.01):\n    raise GeneratorExit\n"


@answer("leaving", ERROR)
def another_program():
    """Replace the process by /usr/bin/true."""
    return "import os\ndef leaky_relu(x, alpha=0.01):\n    os.execv('/usr/bin/true', ['true'])\n"


@answer("leaving", ERROR)
def a_signal_to_its_process_group():
    """Kill the whole process group, which reaches across namespaces if it is shared with the grader."""
    return "import os, signal\ndef leaky_relu(x, alpha=0.01):\n    os.kill(0, signal.SIGKILL)\n    os.abort()\n"


@answer("leaving", ERROR, WRONG_STATUS)
def signals_to_the_parent():
    """Stop and kill the parent, whatever number it has."""
    return """
import os, signal
def leaky_relu(x, alpha=0.01):
    for number in (os.getppid() or 2, 2, 3, 4):
        for kind in (signal.SIGSTOP, signal.SIGKILL):
            try: os.kill(number, kind)
            except OSError: pass
    return x
"""


@answer("leaving", ERROR, WRONG_STATUS)
def a_signal_to_itself():
    """Stop itself, so that it neither ends nor uses processor time."""
    return "import os, signal\ndef leaky_relu(x, alpha=0.01):\n    os.kill(os.getpid(), signal.SIGSTOP)\n    return x\n"


@answer("leaving", TIME_LIMIT)
def a_handler_that_swallows_the_time_out():
    """Catch every signal and every exception, and loop."""
    return """
import signal
def leaky_relu(x, alpha=0.01):
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        try: signal.signal(number, lambda *a: None)
        except (OSError, ValueError): pass
    while True:
        try:
            while True: pass
        except BaseException:
            pass
"""


@answer("leaving", ERROR)
def higher_limits():
    """Raise its own limits before it uses more."""
    return """
import resource
def leaky_relu(x, alpha=0.01):
    for name in ('CPU', 'AS', 'NOFILE', 'FSIZE', 'NPROC'):
        try:
            resource.setrlimit(getattr(resource, f'RLIMIT_{name}'), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (ValueError, OSError):
            continue
        return x
    raise PermissionError('all limits hold')
"""


@answer("leaving", WRONG_STATUS)
def an_exit_handler():
    """Register an exit handler that leaves with status 0 and writes a result."""
    return """
import atexit, os
def leaky_relu(x, alpha=0.01):
    atexit.register(os._exit, 0)
    atexit.register(print, 'correct')
    return x
"""


@answer("leaving", WRONG_STATUS)
def a_thread_that_goes_on():
    """Leave a thread that never ends and is not a daemon."""
    return """
import threading, time
def leaky_relu(x, alpha=0.01):
    threading.Thread(target=time.sleep, args=(10**6,)).start()
    return x
"""


@answer("leaving", ERROR)
def a_closed_pipe_and_a_long_sleep():
    """Close every file, so that it seems to have ended, and sleep."""
    return """
import os, time
def leaky_relu(x, alpha=0.01):
    os.closerange(0, 4096)
    time.sleep(10**6)
"""


@answer("leaving", TIME_LIMIT)
def an_exception_whose_text_never_ends():
    """Raise an exception whose __str__ and __repr__ loop."""
    return """
class Endless(Exception):
    def __str__(self):
        while True: pass
    __repr__ = __str__
def leaky_relu(x, alpha=0.01):
    raise Endless
"""


@answer("leaving", ERROR)
def an_exception_that_raises_when_it_is_looked_at():
    """Raise an exception whose text, traceback and attributes raise."""
    return """
class Touchy(BaseException):
    def __str__(self): raise SystemExit
    def __getattribute__(self, name): raise KeyboardInterrupt(name)
    __repr__ = __str__
def leaky_relu(x, alpha=0.01):
    raise Touchy
"""


@answer("leaving", ERROR)
def a_crash_in_c():
    """Read address 0."""
    return "import ctypes\ndef leaky_relu(x, alpha=0.01):\n    ctypes.string_at(0)\n"


@answer("leaving", ERROR, TIME_LIMIT)  # a slow machine does not come to the end of the stack
def a_stack_overflow():
    """Recurse until the C stack ends."""
    return """
import sys
def leaky_relu(x, alpha=0.01):
    sys.setrecursionlimit(10**9)
    import ast
    deep = ()
    for _ in range(10**6): deep = (deep,)
    hash(deep)
    return leaky_relu(x)
"""
