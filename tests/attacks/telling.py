"""Making others wait, and telling the next process what this one knows: by what all processes of a machine share."""

import json
import platform

from helpers.judging.judge import WRONG as WRONG_STATUS

from .catalogue import WRONG, answer, cell_of, code_cell, notebook
from .forging import beforehand

# Each attempt counts as successful if the system does not refuse it.
ATTEMPTS = """
import ctypes, fcntl, mmap, os, resource, signal, socket, sys
import numpy, sklearn
LIBC = ctypes.CDLL(None, use_errno=True)
SHARED = [module.__file__ for module in (os, numpy, sklearn)]
def attempts(*tries):
    for number, attempt in enumerate(tries):
        try:
            result = attempt()
        except (OSError, ValueError, AttributeError):
            continue
        raise RuntimeError(f'LOOT: attempt {number} worked: {result!r}')
def opened(path, flags=os.O_RDONLY):
    return os.open(path, flags)
def call(number, *arguments):
    result = LIBC.syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), 'refused')
    return result
"""


def tries(*attempts: str) -> str:
    listed = ",\n        ".join(f"lambda: {attempt}" for attempt in attempts)
    return ATTEMPTS + f"def leaky_relu(x, alpha=0.01):\n    attempts(\n        {listed},\n    )\n    return x\n"


def number(x86_64: int, aarch64: int) -> int:
    """The number of a system call on this machine."""
    return x86_64 if platform.machine() == "x86_64" else aarch64


@answer("waiting", WRONG_STATUS)
def leases():
    """Take leases on the files of libraries: whoever opens one then waits, 45 seconds each."""
    return tries(
        "[fcntl.fcntl(opened(path), fcntl.F_SETLEASE, fcntl.F_WRLCK) for path in SHARED]",
        "[fcntl.fcntl(opened(path), fcntl.F_SETLEASE, fcntl.F_RDLCK) for path in SHARED]",
        "fcntl.fcntl(opened('mine', os.O_CREAT | os.O_RDWR), fcntl.F_SETLEASE, fcntl.F_WRLCK)",
        "fcntl.fcntl(opened('/usr'), fcntl.F_NOTIFY, fcntl.DN_ACCESS | fcntl.DN_MULTISHOT)",
    )


@answer("waiting", WRONG_STATUS)
def locks():
    """Lock files that everybody reads: of whole files, of ranges, and of open file descriptions."""
    return tries(
        "[fcntl.flock(opened(path), fcntl.LOCK_EX | fcntl.LOCK_NB) for path in SHARED]",
        "[fcntl.flock(opened(path), fcntl.LOCK_SH) for path in SHARED]",
        "[fcntl.lockf(opened(path), fcntl.LOCK_SH | fcntl.LOCK_NB) for path in SHARED]",
        "fcntl.lockf(opened('mine', os.O_CREAT | os.O_RDWR), fcntl.LOCK_EX)",
        "fcntl.fcntl(opened(SHARED[0]), 37, bytes(32))",
        f"call({number(73, 32)}, opened(SHARED[0]), 2)",
    )


@answer("waiting", WRONG_STATUS)
def the_disk_and_its_cache():
    """Sync the whole disk, and throw library files out of memory."""
    page = "mmap.mmap(opened(SHARED[0]), 4096, prot=mmap.PROT_READ)"
    return tries(
        f"call({number(162, 81)})",
        f"call({number(306, 267)}, opened('/usr'))",
        f"call({number(277, 84)}, opened(SHARED[0]), 0, 0, 7)",
        "os.posix_fadvise(opened(SHARED[0]), 0, 0, os.POSIX_FADV_DONTNEED)",
        f"call({number(187, 213)}, opened(SHARED[0]), 0, 1 << 20)",
        f"{page}.madvise(21)",
        f"{page}.madvise(20)",
        f"{page}.madvise(mmap.MADV_WILLNEED)",
        f"call({number(440, 440)}, 0, 0, 0, 21, 0)",
    )


@answer("waiting", WRONG_STATUS)
def limits_of_all_processes_of_a_user():
    """Use up what all processes of one user share: asynchronous requests, watches, big pipes, locked and huge pages."""
    return tries(
        f"call({number(206, 0)}, 1, ctypes.create_string_buffer(64))",
        f"call({number(294, 26)}, 0)",
        f"call({number(300, 262)}, 0, 0)",
        "fcntl.fcntl(os.pipe()[0], fcntl.F_SETPIPE_SZ, 1 << 20)",
        f"call({number(149, 228)}, ctypes.create_string_buffer(4096), 4096)",
        "mmap.mmap(-1, 1 << 21, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)",
        "mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x2000)",
        f"call({number(222, 107)}, 0, 0, ctypes.create_string_buffer(64))",
        "resource.setrlimit(resource.RLIMIT_SIGPENDING, (10**4, 10**4))",
        "resource.setrlimit(resource.RLIMIT_MSGQUEUE, (10**4, 10**4))",
        f"call({number(272, 97)}, 0x10000000)",
    )


@answer("waiting", WRONG_STATUS)
def places_in_the_queue_for_a_processor():
    """Change priorities, processors and classes of its own and of other processes."""
    return tries(
        "os.nice(1)",
        "os.setpriority(os.PRIO_USER, os.getuid(), 19)",
        "os.setpriority(os.PRIO_PGRP, 0, 19)",
        "os.sched_setaffinity(0, [0])",
        "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))",
        "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))",
        f"call({number(314, 274)}, 0, ctypes.create_string_buffer(64), 0)",
        f"call({number(251, 30)}, 1, 0, 0x6000)",
        f"call({number(157, 167)}, 62, 1, 0, 0, 0)",
        f"call({number(324, 283)}, 1, 0)",
    )


@answer("telling", WRONG_STATUS)
def the_page_cache_without_a_clock():
    """Ask which pages of a shared file are in memory: the process before can have read just those."""
    return tries(
        "os.preadv(opened(SHARED[0]), [bytearray(9)], 0, os.RWF_NOWAIT)",
        f"call({number(27, 232)}, 0, 4096, ctypes.create_string_buffer(4096))",
        "LIBC.mincore(ctypes.c_void_p(id(SHARED) & ~4095), 4096, ctypes.create_string_buffer(9)) and [][0:1:0]",
        f"call({number(451, 451)}, opened(SHARED[0]), bytes(16), ctypes.create_string_buffer(64), 0)",
        f"call({number(99, 179)}, ctypes.create_string_buffer(256))",
        "open('/proc/meminfo').read()",
        "open('/proc/loadavg').read()",
    )


@answer("telling", WRONG_STATUS)
def memory_that_outlives_a_process():
    """Leave words in shared memory, message queues, semaphores, kernel keys and nameless files."""
    return tries(
        f"call({number(29, 194)}, 77, 4096, 0o1666)",
        f"call({number(68, 186)}, 77, 0o1666)",
        f"call({number(64, 190)}, 77, 1, 0o1666)",
        f"call({number(240, 180)}, b'words', 0o102, 0o666, 0)",
        f"call({number(248, 217)}, b'user', b'words', b'x', 1, -4)",
        f"call({number(250, 219)}, 0, -4, 1)",
        "os.memfd_create('words')",
    )


@answer("telling", WRONG_STATUS)
def marks_on_shared_files():
    """Write attributes, times and names onto files that the next process reads."""
    return tries(
        "os.setxattr(SHARED[0], 'user.words', b'x')",
        "os.setxattr('/dev/null', 'user.words', b'x')",
        "os.utime(SHARED[0])",
        "os.chmod('/tmp/..', 0o777)",
        "open('/dev/words', 'w')",
        "os.mkdir('/words')",
        "os.link(SHARED[0], '/scratch/same')",
    )


@answer("telling", WRONG_STATUS)
def sockets_and_names():
    """Meet the next process at an abstract socket, a named one, or a port of its own."""
    return tries(
        "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind('\\0words')",
        "socket.socket(socket.AF_INET).bind(('127.0.0.1', 0))",
        "socket.socketpair(socket.AF_INET)",
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b'x', '\\0words')",
        "socket.socketpair()[0].sendmsg([b'x'])",
        "socket.sethostname('words')",
    )


@answer("telling", WRONG_STATUS)
def limits_and_settings_of_the_server():
    """Change the limits of the process above it, the settings of the kernel, and the domain of its signals."""
    return tries(
        "resource.prlimit(2, resource.RLIMIT_CPU, (1, 1))",
        "resource.prlimit(os.getppid() or 3, resource.RLIMIT_CPU, (1, 1))",
        "open('/proc/sys/kernel/hostname', 'w')",
        "open('/sys/kernel/mm/ksm/run', 'w')",
        "mmap.mmap(-1, 4096).madvise(12)",
        f"call({number(135, 92)}, 0x0040000)",
        "os.kill(2, 0)",
    )


# --- between the answers of one notebook ---

# Replaces what writes the answers down, wherever it is used; from here on every letter is an "a".
FLIPS = """
import sys
wire = sys.modules['sandbox.wire']
encode = wire.encode
def other(value, *arguments, **keywords):
    if type(value) is dict and type(value.get('variable')) is str:
        value = {**value, 'variable': 'a'}
    return encode(value, *arguments, **keywords)
wire.encode = other
for module in list(sys.modules.values()):
    if getattr(module, 'encode', None) is encode:
        module.encode = other
"""


@answer("telling", WRONG_STATUS, to="always_positive_inputs")
def a_letter_that_flips_the_others():
    """Replace, while one question is answered, what writes down the letters of the others."""
    lines = "\n".join("    " + line for line in FLIPS.strip().splitlines())
    return f"def flip():\n{lines}\n    return 'neither'\nalways_positive_inputs = flip()\n"


@notebook("telling", WRONG_STATUS, exercise="leaky_relu")
def a_cell_that_flips_letters(notebook):
    """Change, in other cells and in a function, the variables that hold the answers to questions."""
    flips = "globals().update(unit_that_died='a', sigmoid=None, mish=None)"
    notebook["cells"].insert(0, code_cell(flips))
    cell_of(notebook, "leaky_relu")["source"] = beforehand(flips, WRONG.replace("return x", f"{flips}\n    return x"))
    return notebook


@notebook("telling", WRONG_STATUS, exercise="leaky_relu", student="two authors: one answers")
def a_neighbours_answer_by_name(notebook):
    """Import the answer from a module that a neighbour's notebook may have left in a shared folder."""
    cell_of(notebook, "leaky_relu")["source"] = """
import importlib, sys
sys.path += ['/tmp', '/dev/shm', '/scratch', '/var/tmp']
def leaky_relu(x, alpha=0.01):
    try:
        return importlib.import_module('left_by_a_neighbour').leaky_relu(x, alpha)
    except ImportError:
        return x
"""
    return notebook


@notebook("telling", WRONG_STATUS, exercise="leaky_relu", student="one author: the other")
def a_module_for_a_neighbour(notebook):
    """The other of the two: leave the right answer as a module in every folder."""
    right = (
        "import numpy as np\\ndef leaky_relu(x, alpha): return np.where(np.asarray(x) > 0, x, alpha * np.asarray(x))"
    )
    cell_of(notebook, "leaky_relu")["source"] = f"""
import os
def leaky_relu(x, alpha=0.01):
    for folder in ('/tmp', '/dev/shm', '/scratch', '/var/tmp', os.path.dirname(os.__file__)):
        try:
            open(folder + '/left_by_a_neighbour.py', 'w').write({json.dumps(right)})
        except OSError:
            pass
    return x
"""
    return notebook
