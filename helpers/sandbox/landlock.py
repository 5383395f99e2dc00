"""The middle walls: no namespaces, but Landlock for files, a list of system calls for the rest, and nobody's rights.

For systems whose kernel refuses namespaces to ordinary users or inside a container. A submission can read Python's own
files and write to a folder of its own that ends with it. Landlock does not keep it from asking whether a file exists,
how large and how old it is; `docs/trusting-the-grader.md` says what else is not stopped. What Landlock leaves open and
would change something (modes, owners, times, signals, limits of other processes) is refused by `calls`.

Source: Documentation/userspace-api/landlock.rst of the kernel.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence

from . import calls, walls

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_ALL_AT_FIRST = (1 << 13) - 1  # the rights of the first version
_TCP = 3  # to bind, and to connect
_SCOPES = 3  # abstract Unix sockets, and signals
_EVERYTHING = _ALL_AT_FIRST | _REFER | _TRUNCATE | _IOCTL_DEV

_libc = ctypes.CDLL(None, use_errno=True)
_readable: list[tuple[str, int]] = []  # found once, by the server


def prepare(hidden: Sequence[str]) -> None:
    """Find out what submissions may read, and give up root if nobody may read Python. Raises `WallsUnavailable`."""
    if sys.platform != "linux" or not calls.known_here():
        raise walls.WallsUnavailable(f"Landlock is Linux's (on x86_64 and aarch64), and this is {sys.platform}")
    if version() < 1:
        raise walls.WallsUnavailable("this kernel has no Landlock, or it is switched off (it needs 5.13 or newer)")
    _readable[:] = readable_places(hidden)
    if os.geteuid() == 0 and _nobody_could_read_python():
        walls.give_up_root()


def version() -> int:
    """The version of Landlock that this kernel has; 0 or less without it."""
    return _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION)


def new_scratch() -> str:
    """A folder for one worker, which nobody else may enter."""
    return os.path.realpath(tempfile.mkdtemp(prefix="scratch-"))


def is_too_full(path: str) -> bool:
    """Whether a folder holds more than a scratch folder may, in files or in bytes on the disk."""
    files = size = 0
    folders = [path]
    while folders:
        try:
            for entry in os.scandir(folders.pop()):
                files += 1
                size += 512 * entry.stat(follow_symlinks=False).st_blocks
                if files > walls.SCRATCH_FILES or size > walls.SCRATCH_MB * 2**20:
                    return True
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
        except OSError:  # removed meanwhile, or a path too long to be looked at
            continue
    return False


def remove_scratch(path: str) -> None:
    """Remove it, however deep a submission has built in it."""
    try:
        os.rmdir(path)  # most leave nothing
    except FileNotFoundError:
        return
    except OSError:
        subprocess.run(["/bin/rm", "-rf", "--one-file-system", path], stdin=subprocess.DEVNULL, check=False)


def close_behind(keep: Sequence[int], scratch: str) -> None:
    """Put up the walls in a fresh fork. Only the files `keep` and the standard streams stay open."""
    os.setsid()
    walls.enter_folder(scratch)
    os.environ |= {"HOME": scratch, "TMPDIR": scratch}
    tempfile.tempdir = scratch
    walls.close_all_but(keep)
    walls.drop_capabilities()
    # TensorFlow ends a process that cannot read its own command line.
    own = [("/proc/self/cmdline", _READ_FILE)] if "tensorflow" in sys.modules else []
    _restrict([*_readable, *own, (scratch, _EVERYTHING & ~_EXECUTE)])
    walls.forbid_calls(alone=os.getpid())


def readable_places(hidden: Sequence[str]) -> list[tuple[str, int]]:
    """The paths that a submission may read, with the rights to each.

    A folder that holds something hidden may be listed, and only what lies beside that may be read.
    """
    prefixes = [os.path.realpath(path) for path in (sys.base_prefix, sys.prefix)]
    covered = {os.path.realpath(path) for path in hidden}
    # What contains Python is not asked for as a whole; the course's own package may lie where others do.
    covered |= {os.path.join(os.path.realpath(path), "helpers") for path in sys.path if path}
    found = [("/dev/null", _READ_FILE | _WRITE_FILE)]
    found += [(path, _READ_FILE) for path in ("/dev/zero", "/dev/random", "/dev/urandom")]
    for path in dict.fromkeys([*map(os.path.realpath, walls.SYSTEM), *prefixes]):
        found += _without(path, {other for other in covered if _is_below(other, path)})
    return found


def _without(path: str, hidden: set[str]) -> Iterator[tuple[str, int]]:
    if path in hidden or not os.path.exists(path):
        return
    if not hidden:
        yield path, _READ_FILE | _READ_DIR
        return
    yield path, _READ_DIR
    for entry in os.scandir(path):
        inner = os.path.join(path, entry.name)
        if not entry.is_symlink():  # what it leads to has a rule of its own, or none
            yield from _without(inner, {other for other in hidden if _is_below(other, inner)})


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _restrict(places: Sequence[tuple[str, int]]) -> None:
    """Let this process, for good, do with files what is listed, and nothing else. Raises `OSError`."""
    known = version()
    handled = _ALL_AT_FIRST | (_REFER if known >= 2 else 0) | (_TRUNCATE if known >= 3 else 0)
    handled |= _IOCTL_DEV if known >= 5 else 0
    attributes = struct.pack("QQQ", handled, _TCP if known >= 4 else 0, _SCOPES if known >= 6 else 0)
    size = 8 if known < 4 else 16 if known < 6 else 24
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0), "landlock_create_ruleset")
    for path, rights in places:
        try:
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        allowed = rights & handled
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            allowed &= _OF_FILES
        if allowed:
            rule = struct.pack("=Qi", allowed, place)
            _checked(_libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, rule, 0), f"landlock_add_rule {path}")
        os.close(place)
    _checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0), "landlock_restrict_self")
    os.close(ruleset)


def _nobody_could_read_python() -> bool:
    """Whether another user could load what this Python has not loaded yet; tried in a fork."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            walls.give_up_root()
            for folder in sys.path:
                if os.path.isdir(folder) or not os.access(os.path.dirname(folder) or "/", os.X_OK):
                    os.listdir(folder)
            open(os.__file__, "rb").close()
            status = 0
        except OSError:
            status = 1
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    return status == 0


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result
