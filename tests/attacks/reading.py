"""Reading what is not for students. Each raises what it found, so that a find would stand in the feedback."""

from helpers.judging.judge import WRONG as WRONG_STATUS
from helpers.lectures import exercise_named

from .catalogue import ATTACKED, answer

# Called by every attack below with what it found: "LOOT" in any output file is a hole.
FOUND = """
import os, sys
def found(what):
    if what:
        raise RuntimeError(f'LOOT: {what}')
def contents(*paths):
    for path in paths:
        try:
            # A folder on the way to Python is called as it is: `sys.prefix` says so, and Python could not run without.
            python = [os.path.relpath(prefix, path).split(os.sep)[0] for prefix in (sys.prefix, sys.base_prefix)]
            own = os.path.relpath(os.getcwd(), os.path.realpath(path)).split(os.sep)[0]  # where this runs
            found(open(path, 'rb').read(300) if not os.path.isdir(path) else {*os.listdir(path)} - {*python, own})
        except OSError:
            pass
"""


def reads(*paths: str) -> str:
    return FOUND + f"def leaky_relu(x, alpha=0.01):\n    contents(*{list(paths)!r})\n    return x\n"


@answer("reading", WRONG_STATUS)
def the_instructors_home():
    """Read the instructor's home folder and a file in it."""
    return reads("@HOME@/canary.txt", "@HOME@")


@answer("reading", WRONG_STATUS)
def the_solutions():
    """Read the solutions, the exercises and the tests of the course."""
    return reads(
        "@COURSE@/solutions/04_activations.md",
        "@COURSE@/solutions",
        "@COURSE@/helpers/lectures/activations/leaky_relu.py",
        "@COURSE@/tests",
    )


@answer("reading", WRONG_STATUS)
def other_submissions():
    """Read a neighbour's notebook."""
    return reads("@CLASS@/a-neighbour/04_activations.ipynb", "@CLASS@")


@answer("reading", WRONG_STATUS)
def the_gradebooks():
    """Read this class's gradebook and another's."""
    return reads("@OUT@/gradebook.db", "@OUT@/results.csv", "@OUT@", "@OTHER@/gradebook.db", "@OTHER@")


@answer("reading", WRONG_STATUS)
def files_of_the_system():
    """Read passwords, keys, mounts and devices."""
    return reads(
        "/etc/passwd", "/etc/shadow", "/etc/hosts", "/root/.ssh", "/dev/mem", "/dev/kmsg", "/dev/tty", "/dev/sda",
        "/dev/shm", "/proc", "/sys", "/run", "/var", "/home", "/tmp", "/mnt",
    )  # fmt: skip


@answer("reading", WRONG_STATUS)
def a_walk_through_the_whole_file_system():
    """Search every folder for files that belong to the course, the class or the grader."""
    return (
        FOUND
        + """
wanted = ('canary', 'gradebook', 'results.csv', '.ipynb', '04_activations', 'judging', 'grading')
def leaky_relu(x, alpha=0.01):
    for top, folders, files in os.walk('/'):
        if 'site-packages' in top or top.startswith('/usr'):
            folders[:] = []
            continue
        found([os.path.join(top, name) for name in files + folders if any(word in name for word in wanted)])
    return x
"""
    )


@answer("reading", WRONG_STATUS)
def the_graders_environment():
    """Read the environment of the grader: its own copy, and through /proc."""
    return (
        FOUND
        + """
def leaky_relu(x, alpha=0.01):
    found({name: value for name, value in os.environ.items() if 'CANARY' in name + value or '@HOME@' in value})
    found([name for name in ('USER', 'LOGNAME', 'PWD', 'PYTHONPATH') if name in os.environ])
    contents('/proc/self/environ', f'/proc/{os.getppid()}/environ', '/proc/1/environ')
    return x
"""
    )


@answer("reading", WRONG_STATUS)
def its_own_proc_folder():
    """Read memory maps, command line and open files of itself and its parents under /proc."""
    return reads(
        *[f"/proc/{who}/{what}" for who in ("self", "1", "2") for what in ("maps", "mem", "cmdline", "fd", "root")]
    )


@answer("reading", WRONG_STATUS)
def open_files():
    """Read from every open file, and leave the folder through an open directory."""
    return (
        FOUND
        + """
def leaky_relu(x, alpha=0.01):
    for fd in range(3, 4096):
        try:
            found(os.pread(fd, 300, 0))
        except OSError:
            pass
        try:
            found(os.listdir(fd))
        except OSError:
            pass
    return x
"""
    )


@answer("reading", WRONG_STATUS)
def remains_in_memory():
    """Scan its own memory, freed or not, for what an earlier submission left there."""
    return (
        FOUND
        + """
import ctypes
def leaky_relu(x, alpha=0.01):
    libc = ctypes.CDLL(None)
    libc.write.argtypes, libc.malloc.restype = [ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t], ctypes.c_void_p
    end, pipe = os.pipe()  # the kernel copies what is mapped and refuses the rest, where reading it would crash
    secret = ('NEIGHBOUR-' + 'SECRET-').encode()
    for start in (id(object()), libc.malloc(200), libc.malloc(2**20)):
        for page in range((start & ~4095) - 2**26, start + 2**26, 4096):
            if libc.write(pipe, page, 4096) > 0:
                text = os.read(end, 4096)
                place = text.find(secret)
                if place >= 0 and text[place + len(secret):][:1].isalnum():
                    found(text[place:place + 60])
    return x
"""
    )


@answer("reading", WRONG_STATUS)
def fresh_inputs():
    """Look for more inputs than `check` shows while the texts that go into the feedback are written."""
    public = len(exercise_named(ATTACKED).public_trials)
    return (
        FOUND
        + f"""
calls = []
def leaky_relu(x, alpha=0.01):
    calls.append(x)
    if len(calls) <= {public}:
        frame = sys._getframe()
        while 'job' not in frame.f_locals:
            frame = frame.f_back
        found(frame.f_locals['calls'][{public}:])
        found(os.pread(frame.f_locals['channel'][3], 300, 0))
    return x
"""
    )
