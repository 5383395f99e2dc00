"""What a submission can do from behind the walls, tried with the real runner."""

import os
import platform
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

from helpers.grading.runner import IsolationUnavailable, Limits, Request, Runner
from helpers.sandbox import END, SHORT, calls, server
from helpers.sandbox.observe import Call
from tests.conftest import cannot_run_here

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")


@pytest.fixture(scope="module")
def runner():
    try:
        with Runner("strict", Limits(cpu_seconds=2, memory_mb=128)) as runner:
            yield runner
    except IsolationUnavailable as error:
        cannot_run_here(f"this kernel does not allow the walls: {error}")


def outcome(runner, source):
    """The ending of the process, and the first observation if there is one."""
    evidence, _ = runner.ask([source], Request("f", [Call()]), (SHORT, END))
    return evidence.ending, evidence.observations[0] if evidence.observations else None


def refused(runner, body):
    _, seen = outcome(runner, f"import fcntl, mmap, os, socket\ndef f():\n    {body}")
    assert seen is not None
    assert seen.outcome == "raised"
    return seen.error


def test_the_probe_finds_no_hole(runner):
    assert runner.probe() == []


def test_plain_work_goes_through(runner):
    ending, seen = outcome(runner, "def f(): return [1.5, 'a', (2,)]")
    assert ending == "finished"
    assert seen.value == [1.5, "a", (2,)]


def test_the_order_of_a_set_is_the_same_in_every_grading(runner):
    command = [sys.executable, "-c", "print(hash('a'))"]
    fixed = subprocess.check_output(command, env=os.environ | {"PYTHONHASHSEED": "0"}, text=True)
    assert outcome(runner, "def f(): return float(hash('a'))")[1].value == float(fixed)


REFUSED = [
    "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
    "socket.create_connection(('127.0.0.1', 80))",
    "socket.socket(socket.AF_UNIX)",
    "os.fork()",
    "os.execv('/usr/bin/true', ['true'])",
    "__import__('subprocess').run(['true'])",
    "open('/etc/passwd')",
    "open(os.__file__, 'a')",
    "os.kill(1 << 15, 9)",
    "os.setuid(0)",
    "os.chroot('/')",
    "open('/proc/self/environ')",
    "os.listdir('/proc/1')",
    "os.listdir('/')",
    "fcntl.fcntl(open(os.__file__), fcntl.F_SETLEASE, fcntl.F_WRLCK)",
    "fcntl.fcntl(os.open('/usr', os.O_RDONLY), fcntl.F_NOTIFY, fcntl.DN_ACCESS)",
    "fcntl.fcntl(os.pipe()[0], fcntl.F_SETPIPE_SZ, 1 << 20)",
    "fcntl.flock(open(os.__file__), fcntl.LOCK_SH)",
    "fcntl.lockf(open(os.__file__), fcntl.LOCK_SH)",
    "os.preadv(os.open(os.__file__, os.O_RDONLY), [bytearray(9)], 0, os.RWF_NOWAIT)",
    "os.posix_fadvise(os.open(os.__file__, os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED)",
    "mmap.mmap(os.open(os.__file__, os.O_RDONLY), 99, prot=mmap.PROT_READ).madvise(mmap.MADV_WILLNEED)",
    "mmap.mmap(-1, 1 << 21, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)",
    "os.sched_setaffinity(0, [0])",
    "os.nice(1)",
    "os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))",
    "os.splice(os.open(os.__file__, os.O_RDONLY), os.pipe()[1], 9)",
    "os.setxattr('/scratch', 'user.note', b'x')",
    "socket.socketpair()[0].sendto(b'x', '/scratch/s')",
    "socket.socketpair(socket.AF_INET)",
    "socket.socketpair()[0].sendmsg([b'x'])",
]


@pytest.mark.parametrize("body", REFUSED)
def test_the_system_refuses(runner, body):
    refused(runner, body)


# Numbers of calls that are not to be had from Python, on x86_64 and aarch64. Each reaches beyond the process: it makes
# others wait, uses up what they need, or tells what they did.
BEYOND = {
    "mincore": (27, 232), "preadv2": (327, 286), "pwritev2": (328, 287), "cachestat": (451, 451),
    "readahead": (187, 213), "sync": (162, 81), "syncfs": (306, 267), "sync_file_range": (277, 84),
    "sysinfo": (99, 179), "syslog": (103, 116),
    "io_setup": (206, 0), "io_uring_setup": (425, 425), "inotify_init1": (294, 26), "fanotify_init": (300, 262),
    "statmount": (457, 457), "listmount": (458, 458), "quotactl": (179, 60), "process_madvise": (440, 440),
    "ioprio_set": (251, 30), "sched_setattr": (314, 274), "personality": (135, 92), "swapon": (167, 224),
    "kexec_load": (246, 104), "vmsplice": (278, 75), "tee": (276, 77), "timer_create": (222, 107), "mlock": (149, 228),
    "membarrier": (324, 283), "msgget": (68, 186), "shmget": (29, 194), "semget": (64, 190), "mq_open": (240, 180),
    "memfd_create": (319, 279), "landlock_create_ruleset": (444, 444), "seccomp": (317, 277), "clone3": (435, 435),
    "keyctl": (250, 219), "rt_sigqueueinfo": (129, 138), "move_pages": (279, 239), "remap_file_pages": (216, 234),
    "not invented yet": (600, 600),
}  # fmt: skip


def tries_beyond() -> str:
    """A cell whose `f` makes the calls, and returns those that the kernel looked at."""
    here = ("x86_64", "aarch64").index(platform.machine())
    return f"""
import ctypes
def f():
    libc, done = ctypes.CDLL(None, use_errno=True), []
    for name, number in {[(name, numbers[here]) for name, numbers in BEYOND.items()]}:
        space = ctypes.create_string_buffer(4096)
        result = libc.syscall(number, space, 1, space, 0, 0, 0)
        if result != -1 or ctypes.get_errno() not in (1, 38):  # EPERM, ENOSYS: nothing of the call has been looked at
            done.append([name, result, ctypes.get_errno()])
    return done
"""


def test_calls_that_reach_beyond_the_process_fail(runner):
    assert outcome(runner, tries_beyond())[1].value == []


# As arch/arm64/include/uapi/asm/unistd.h does before it includes the generic header.
ARM64_WANTS = ["RENAMEAT", "NEW_STAT", "SET_GET_RLIMIT", "TIME32_SYSCALLS", "MEMFD_SECRET"]


@pytest.mark.parametrize(
    ("machine", "header", "wants"),
    [
        ("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", []),
        ("aarch64", "/usr/include/asm-generic/unistd.h", ARM64_WANTS),
    ],
)
def test_the_numbers_of_the_calls_are_the_kernels(machine, header, wants):
    if not os.path.exists(header) or shutil.which("cc") is None:
        pytest.skip("the kernel's headers, or a C compiler to read them, are not installed")
    by_argument = ("clone", "fcntl", "ioctl", "mmap", "prctl", "madvise", "socketpair", "sendto")
    columns = calls._ALLOWED | calls._GRANTED | {name: getattr(calls, f"_{name.upper()}") for name in by_argument}
    numbers = {name: column[calls._COLUMN[machine]] for name, column in columns.items()}
    text = "".join(f"#define __ARCH_WANT_{want}\n" for want in wants) + f"#include <{header}>\n"
    text += "".join(f"{name}=__NR_{name}\n" for name in numbers)
    read = subprocess.run(["cc", "-E", "-P", "-"], input=text, capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=") for line in read.split() if "=" in line)
    # A call that this machine has not keeps its name.
    assert found == {name: f"__NR_{name}" if number is None else str(number) for name, number in numbers.items()}


def test_what_honest_work_needs_of_the_system_works(runner):
    source = """
import asyncio, multiprocessing.pool, os, pathlib, shutil, tempfile, threading
async def later():
    await asyncio.sleep(0.001)
    return await asyncio.to_thread(lambda: 'thread')
def f():
    with open('/tmp/a', 'w') as file:
        file.write('tmp')
        file.flush()
        os.fsync(file.fileno())
    (pathlib.Path.home() / 'b').write_text('home')
    shutil.copy2('/tmp/a', os.path.expanduser('~/c'))
    with tempfile.NamedTemporaryFile('w+') as file:
        file.write('tempfile'), file.seek(0)
        threads = multiprocessing.pool.ThreadPool(2).map(abs, [-1])
        return [asyncio.run(later()), open('/tmp/a').read(), file.read(), threads]
"""
    assert outcome(runner, source)[1].value == ["thread", "tmp", "tempfile", [1]]


def test_files_of_the_course_are_not_there(runner):
    here = os.path.dirname(os.path.abspath(__file__))
    _, seen = outcome(runner, f"import os\ndef f(): return os.path.exists({here!r})")
    assert seen.value is False


def test_the_courses_own_functions_are_no_answer(runner):
    _, seen = outcome(
        runner, "from helpers.neural.activations import ACTIVATIONS\ndef f(): return ACTIVATIONS['gelu'](1.0)"
    )
    assert (seen.outcome, seen.error) == ("unsendable", "CourseHelper")


def test_a_hidden_folder_stays_hidden_inside_of_the_python_installation():
    import IPython

    inside = os.path.join(os.path.dirname(IPython.__file__), "terminal")
    with Runner("strict", hidden=[inside]) as runner:
        _, seen = outcome(runner, f"import os\ndef f(): return os.listdir({inside!r})")
    assert seen.value == []


def test_a_submission_has_a_process_group_and_a_session_of_its_own(runner):
    # A group that it shared would show as 0, and `os.kill(0, 9)` would reach the grader.
    _, seen = outcome(runner, "import os\ndef f(): return [os.getpid(), os.getpgrp(), os.getsid(0)]")
    assert seen.value == [1, 1, 1]


def test_further_calls_are_not_there_while_the_first_are_answered(runner):
    # Written so that the text shows nothing of what it does: only then do several calls share a process.
    source = """
import collections
import operator
def f(x):
    frame = operator.attrgetter('_sys._getframe')(collections)()
    find = operator.attrgetter('f_locals')
    while 'questions' not in find(frame):
        frame = operator.attrgetter('f_back')(frame)
    return [len(find(frame)['questions']), len(find(frame)['calls']), 'state' in find(frame)]
"""
    request = Request("f", [Call((1.0,))], [Call((2.0,)), Call((3.0,))])
    survey = runner.survey([source], ["f"], [request], go_on=lambda survey: ["f"])
    assert survey.plan.plain
    seen = [seen.value for seen in survey.evidence[0].observations]
    assert seen == [[1, 1, False], [1, 2, True], [1, 2, True]]


def test_what_was_handed_out_is_that_of_the_notebook_which_is_marked():
    stub = "def f(x):\n    raise NotImplementedError"
    several = Runner("strict")
    several.familiar = [["other = 1"], [stub]]
    with several:
        plans = []
        for notebook in (0, 1, 0):
            several.notebook = notebook
            plans.append(several.survey([stub, "other = 1"], ["f"], []).plan)
    assert [plan.stubs for plan in plans] == [frozenset(), {"f"}, frozenset()]
    assert [bool(plan.ways["f"]) for plan in plans] == [True, False, True]


def test_the_environment_holds_nothing_of_the_graders(runner, monkeypatch):
    monkeypatch.setenv("COURSE_CANARY", "secret")
    _, seen = outcome(runner, "import os\ndef f(): return ' '.join(os.environ)")
    assert "CANARY" not in seen.value


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ("while True: pass", "time limit"),
        ("import os; os._exit(0)", "crashed"),
        ("import ctypes; ctypes.string_at(0)", "crashed"),
    ],
)
def test_a_process_that_ends_badly_says_how(runner, body, ending):
    assert outcome(runner, f"def f():\n    {body}")[0] == ending


def test_a_loop_that_swallows_every_exception_ends_too(runner):
    source = "def f():\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass"
    assert outcome(runner, source)[0] == "time limit"


@pytest.mark.parametrize("body", ["__import__('numpy').ones(10**11)", "['x' * 10**6 for _ in range(10**4)]"])
def test_memory_ends_at_its_limit(runner, body):
    assert refused(runner, body) == "MemoryError"


def test_threads_and_files_and_disk_end_at_their_limits(runner):
    threads = (
        "from threading import Thread; import time; [Thread(target=time.sleep, args=(9,)).start() for _ in range(99)]"
    )
    assert refused(runner, threads) == "RuntimeError"
    assert refused(runner, "[open('/dev/null') for _ in range(9**5)]") == "OSError"
    assert refused(runner, "[open(str(i), 'wb').write(bytes(2**22)) for i in range(99)]") == "OSError"


def test_the_scratch_folder_is_new_for_every_exercise(runner):
    source = "import os\ndef f():\n    seen = os.listdir('.')\n    open('left', 'w').close()\n    return seen"
    assert outcome(runner, source)[1].value == []
    assert outcome(runner, source)[1].value == []


def test_output_goes_nowhere_and_costs_nothing(runner):
    source = "def f():\n    for _ in range(200): print('x' * 10**6)\n    return 1.0"
    assert outcome(runner, source)[1].value == 1.0


def test_a_reply_that_the_submission_forged_is_tampering(runner):
    forge = """
import os
def f():
    for fd in range(3, 64):
        try: os.write(fd, b'\\x02\\0\\0\\0\\0\\0\\0\\0{}')
        except OSError: pass
    return 1.0
"""
    assert outcome(runner, forge)[0] == "tampering"


def test_more_answers_than_questions_are_tampering(runner):
    twice = """
import os, sys
def f():
    real = os.write
    def again(fd, data):
        real(fd, data)
        return real(fd, data)
    os.write = again
    return 1.0
"""
    assert outcome(runner, twice)[0] == "tampering"


@pytest.mark.parametrize(
    "value", ["a=[]; a.append(a)", "a=[]\n    for _ in range(999): a=[a]", "a=bytes(9)", "a=object()"]
)
def test_values_without_a_place_on_the_wire_are_named_not_sent(runner, value):
    ending, seen = outcome(runner, f"def f():\n    {value}\n    return a")
    assert ending == "finished"
    assert seen.outcome in ("unsendable", "too large")
    assert seen.value is None


def test_an_array_that_lies_about_itself_arrives_as_the_numbers_in_it(runner):
    liar = "import numpy as np\nclass Liar(np.ndarray):\n    __eq__ = lambda *a: True\n"
    _, seen = outcome(runner, liar + "def f(): return np.ones(2).view(Liar)")
    assert type(seen.value) is np.ndarray
    assert (seen.value == [1.0, 2.0]).tolist() == [True, False]


def test_nothing_of_one_submission_reaches_the_next(runner):
    outcome(runner, "import numpy as np, builtins\nnp.exp = builtins.len = None\ndef f(): return 0")
    _, seen = outcome(runner, "import numpy as np\ndef f(): return float(np.exp(len([])))")
    assert seen.value == 1.0


def test_variables_are_looked_up(runner):
    cells = ['a = "b"', "unrelated = 1 / 0", "c = ...", "d = missing_name"]
    found = {name: runner.ask(cells, Request(name), (SHORT, END))[0] for name in "acde"}
    assert (found["a"].variable, found["a"].attempted) == ("b", True)
    assert not found["c"].attempted
    assert "missing_name" in found["d"].problem
    assert found["e"].problem == ""


def test_what_was_answered_before_the_process_ended_is_kept(runner):
    source = "import os\ndef f(x): return x if x < 2 else os._exit(0)"
    evidence, _ = runner.ask([source], Request("f", [Call((1.0,)), Call((2.0,)), Call((1.0,))]), (SHORT, END))
    assert ([seen.value for seen in evidence.observations], evidence.ending) == ([1.0], "crashed")


def test_functions_of_a_plain_notebook_are_called_together_the_further_calls_when_all_have_answered_the_first(runner):
    # What two definitions share, without that their text shows it, is a module.
    source = """
import math
import operator
def f(x):
    told = operator.attrgetter('__dict__')(math).setdefault('told', [])
    told.append(x)
    return [*told]
g = f
"""
    requests = [Request(name, [Call((name + "1",))], [Call((name + "2",))]) for name in "fg"]
    survey = runner.survey([source], ["f", "g"], requests, go_on=lambda survey: ["f", "g"])
    assert [[seen.value for seen in evidence.observations] for evidence in survey.evidence] == [
        [["f1"], ["f1", "g1", "f2"]],
        [["f1", "g1"], ["f1", "g1", "f2", "g2"]],
    ]


def test_randomness_does_not_depend_on_what_ran_before(runner):
    cells = ["import random\nimport numpy as np\ndef f(): return [random.random(), float(np.random.normal())]", "g = f"]
    f, g = (Request(name, [Call(), Call()]) for name in "fg")
    alone, _ = runner.ask(cells, g, (SHORT, END))
    _, beside = runner.survey(cells, ["f", "g"], [f, g]).evidence
    assert beside.observations == alone.observations
    assert len({tuple(seen.value) for seen in alone.observations}) == 2


@pytest.mark.parametrize("with_splice", [True, False])
def test_messages_pass_from_file_to_file_and_back(monkeypatch, with_splice):
    if not with_splice:
        monkeypatch.delattr(os, "splice")
    content, file = os.urandom(300_000), server._nameless_file()
    for written in (content, b""):
        read_end, write_end = os.pipe()
        writer = threading.Thread(target=lambda end=write_end, data=written: (_write_all(end, data), os.close(end)))
        writer.start()
        server._pass_on(read_end, file, len(written))
        writer.join()
        os.close(read_end)
    os.lseek(file, 0, os.SEEK_SET)
    read_end, write_end = os.pipe()
    sender = threading.Thread(target=lambda: (server._pass_on(file, write_end, len(content)), os.close(write_end)))
    sender.start()
    assert server._read(read_end, len(content)) == content
    sender.join()
    assert os.pread(server._for_reading(file), len(content) + 1, 0) == content
    with pytest.raises(EOFError):
        server._pass_on(file, os.pipe()[1], 1)  # there is no more in it


def _write_all(fd, data):
    while data:
        data = data[os.write(fd, data) :]
