"""The walls around a submission, asked for directly from the Linux kernel.

There are two. `enter_private_root` goes up once, around the server: a file system that holds the Python
installation and nothing else, all of it read-only; no network; no sight of other processes. `close_behind` goes up in
every fork, before any line of the submission runs: a process, user and mount namespace of its own, a small
scratch folder that disappears with it, resource limits, no way to gain rights, and a list of the system calls
that are allowed (`calls.py`). When the fork ends, the kernel ends everything that it started.

Works as root (which is given up first) and as an ordinary user where the kernel lets users make
namespaces. Sources: the manual pages user_namespaces(7), pid_namespaces(7), mount_namespaces(7), mount_setattr(2),
seccomp(2), getrlimit(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import stat
import struct
import sys
from collections.abc import Sequence

from . import calls, causes

SCRATCH = "/scratch"  # called /tmp too, and home
ASIDE = "/python"  # a second place for what lives below /tmp
SCRATCH_MB = 64
SCRATCH_FILES = 4096
MAX_OPEN_FILES = 64
NOBODY = 65534

_CLONE_NEWNS, _CLONE_NEWUTS, _CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
_CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 2, 4, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV = 1, 2, 4
_SYS_MOUNT_SETATTR = 442  # the same number on every architecture
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_PDEATHSIG = 4, 38, 22, 24, 1

# Where the interpreter's shared libraries and the dynamic linker live, besides Python's own prefix.
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/localtime")
_REFUSALS = {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOSPC, errno.EUSERS}
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")

# Where Python lives, as it is called and as it is; and what of that lies where every fork gets a folder of its own.
_PYTHON = [os.path.abspath(path) for path in (sys.base_prefix, sys.prefix)]
_PYTHON_IN_TMP = [p for p in dict.fromkeys([*map(os.path.realpath, _PYTHON), *_PYTHON]) if p.startswith("/tmp/")]

_proc: int | None = None
_libc = ctypes.CDLL(None, use_errno=True)
_libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4


class WallsUnavailable(Exception):
    """This system cannot put up the walls; the message says what is missing."""


def enter_private_root(hidden: list[str], for_keras: bool = False) -> None:
    """Leave this process's view of the machine for one that holds Python and nothing else.

    Must be called once, by a process with one thread; it goes on in a fork, and the original waits for it.
    `hidden` names folders that must stay out even if they lie inside the Python installation. `for_keras` adds what
    TensorFlow cannot do without: a scratch folder for this process too, and an answer to which program it is.
    Raises `WallsUnavailable`.
    """
    if sys.platform != "linux" or not calls.known_here():
        raise WallsUnavailable(
            f"strict isolation knows Linux on x86_64 and aarch64, not {sys.platform} {platform.machine()}"
        )
    try:
        proc = proc_directory()
        kinds = _CLONE_NEWNS | _CLONE_NEWNET | _CLONE_NEWIPC | _CLONE_NEWUTS
        if os.geteuid() == 0:
            # Root builds the room, because only root may read its way to a private Python, and then stops being root.
            _unshare(kinds)
            _build_root(hidden, for_keras)
            give_up_root()
            _unshare_user(_CLONE_NEWPID, proc)
        else:
            _unshare_user(kinds | _CLONE_NEWPID, proc)
            _build_root(hidden, for_keras)
    except OSError as error:
        if error.errno not in _REFUSALS:
            raise
        because = causes.why_no_namespaces() or "User namespaces must be allowed for this user"
        raise WallsUnavailable(f"the kernel refused a namespace or mount ({error}). {because}") from error
    # An answer that writes to ~/ or to /tmp finds a folder there; nothing of the instructor's machine has its name.
    os.environ |= {"HOME": SCRATCH, "HDF5_USE_FILE_LOCKING": "FALSE"}  # locks reach beyond the process
    calls.filter_program()  # once, and not in every fork
    _continue_as_init()


def proc_directory() -> int:
    """A handle on the outer /proc, for the server's own use; forks close it."""
    global _proc
    if _proc is None:
        _proc = os.open("/proc", os.O_PATH | os.O_DIRECTORY)
    return _proc


@contextlib.contextmanager
def process_namespace():
    """A fork in this context is the first process of a process namespace of its own."""
    own = os.open("self/ns/pid", os.O_RDONLY, dir_fd=proc_directory())
    try:
        _unshare(_CLONE_NEWPID)
        yield
        # Back to its own, in which alone it may ask for the next one.
        _check(_libc.setns(own, _CLONE_NEWPID), "setns")
    finally:
        os.close(own)


def close_behind(keep: Sequence[int]) -> None:
    """Put up the inner walls in a fresh fork. Only the files `keep` and the standard streams stay open."""
    # A process group reaches across namespaces: without its own, `kill(0, SIGKILL)` would end the grader.
    os.setsid()
    _unshare_user(_CLONE_NEWNS, proc_directory())
    _mount_scratch(SCRATCH)
    if _PYTHON_IN_TMP:
        _mount_scratch("/tmp", mode="333")
        for path in _PYTHON_IN_TMP:
            _bind(ASIDE + path, "", path)
    enter_folder(SCRATCH)
    close_all_but(keep)
    drop_capabilities()
    forbid_calls()


def enter_folder(scratch: str) -> None:
    """Go where cells run: into a folder below the scratch folder, so that a cell can write into the one above, too."""
    os.chdir(scratch)
    os.mkdir("notebooks")  # as in the course: a cell may look for a folder of this name
    os.chdir("notebooks")


def close_all_but(keep: Sequence[int]) -> None:
    """Close every file but `keep` and send the standard streams nowhere."""
    null = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    start = 3
    for fd in [*sorted(keep), 4096]:
        os.closerange(start, fd)
        start = fd + 1


def limit_resources(cpu_seconds: int, memory_bytes: int, threads: int) -> None:
    """Cap processor time, address space (beyond what is mapped now), files, threads and core dumps."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (SCRATCH_MB * 2**20,) * 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        if os.getpid() == 1:
            # Counted for each user of a namespace; outside one it would count the instructor's own processes too.
            resource.setrlimit(resource.RLIMIT_NPROC, (threads, threads))
        # What these count is counted for the user outside as well, whom all submissions share.
        resource.setrlimit(resource.RLIMIT_SIGPENDING, (threads, threads))
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (0, 0))
        resource.setrlimit(resource.RLIMIT_MSGQUEUE, (0, 0))


def _build_root(hidden: list[str], for_keras: bool) -> None:
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    # The new root is put over a folder that every system has and that no Python lives in; nobody else sees it there.
    root = "/proc"
    _mount("root", root, "tmpfs", _MS_NOSUID, "size=1m,mode=755")
    for path in SYSTEM:
        if os.path.islink(path):
            os.symlink(os.readlink(path), root + path)
        elif os.path.exists(path):
            _bind(path, root)
    for path in hidden:
        _cover(root + os.path.realpath(path))
    prefixes = [os.path.realpath(path) for path in (sys.base_prefix, sys.prefix)]
    for path in dict.fromkeys(prefixes):
        if not path.startswith("/usr/") or not os.path.isdir(root + path):
            _bind(path, root)
    for path in map(os.path.realpath, hidden):
        # What contains a prefix shows nothing else of itself; what a prefix contains came back with it.
        if any(_inside(path, prefix) for prefix in prefixes) and not any(_inside(p, path) for p in sys.path):
            _cover(root + path)
    for path in sys.path:
        _cover(os.path.join(root + os.path.realpath(path), "helpers"))
    for path in _PYTHON:
        # An environment may be reached through a link; what is covered above is covered here.
        if not os.path.isdir(root + path):
            _bind(root + os.path.realpath(path), root, path)
    for path in _PYTHON_IN_TMP:
        _bind(root + path, root + ASIDE, path)
    for path in _DEVICES:
        _bind(path, root)
    os.makedirs(root + SCRATCH)
    # Where locks between threads of `multiprocessing` live.
    os.symlink(SCRATCH, root + "/dev/shm")
    if not _PYTHON_IN_TMP:
        os.symlink(SCRATCH, root + "/tmp")
    if for_keras:
        _mount_scratch(root + SCRATCH)  # each fork puts its own over it
        # TensorFlow ends a process that cannot read which program it is (and, if that is a Python, its command line).
        os.makedirs(root + "/proc/self")
        os.symlink("/program", root + "/proc/self/exe")
    _close_folders(root)
    os.chdir(root)
    _check(_libc.syscall(_pivot_root(), b".", b"."), "pivot_root")
    _check(_libc.umount2(b".", _MNT_DETACH), "umount")
    os.chdir("/")
    _seal("/", devices=False)


def _close_folders(root: str) -> None:
    """Let the folders that lead to Python be passed through, and not listed."""
    device = os.stat(root).st_dev
    for folder, names, _ in os.walk(root):
        own = [name for name in names if os.lstat(os.path.join(folder, name)).st_dev == device]
        names[:] = own  # not into what is mounted there
        os.chmod(folder, 0o111)


def _inside(path: str, folder: str) -> bool:
    return os.path.commonpath([os.path.realpath(path), folder]) == folder


def _bind(path: str, root: str, place: str = "") -> None:
    """Show a file or folder below `root`, at `place` if that is another one; it cannot be written to there."""
    target = root + (place or path)
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    _mount(path, target, None, _MS_BIND | _MS_REC)
    _seal(target, devices=stat.S_ISCHR(os.stat(path).st_mode))


def _mount_scratch(path: str, mode: str = "777") -> None:
    _mount(
        "scratch", path, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={SCRATCH_MB}m,nr_inodes={SCRATCH_FILES},mode={mode}"
    )


def _cover(path: str) -> None:
    if os.path.isdir(path):
        _mount("hidden", path, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,mode=755")


def _seal(path: str, devices: bool) -> None:
    """Make a mount and all below it read-only, without set-user-id programs."""
    wanted = _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | (0 if devices else _MOUNT_ATTR_NODEV)
    recursive = _AT_RECURSIVE if path != "/" else 0  # the devices below "/" keep their own attributes
    attributes = struct.pack("QQQQ", wanted, 0, 0, 0)
    arguments = (_SYS_MOUNT_SETATTR, _AT_FDCWD, path.encode(), recursive, attributes, len(attributes))
    _check(_libc.syscall(*arguments), f"mount_setattr {path}")


def give_up_root() -> None:
    """Become nobody, for good."""
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    # Giving up root takes a process's own /proc files from it; it needs them to write its user mapping.
    _prctl(_PR_SET_DUMPABLE, 1)


def _unshare_user(kinds: int, proc: int) -> None:
    """Enter a user namespace (and `kinds`) in which this user keeps its own number."""
    user, group = os.geteuid(), os.getegid()
    _unshare(_CLONE_NEWUSER | kinds)
    for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
        fd = os.open(f"self/{name}", os.O_WRONLY, dir_fd=proc)
        os.write(fd, text.encode())
        os.close(fd)


def _continue_as_init() -> None:
    """Go on in a fork, which is process 1 of the new process namespace; the original passes its end on."""
    pid = os.fork()
    if pid:
        os.closerange(0, 3)
        _, status = os.waitpid(pid, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def drop_capabilities() -> None:
    """Have no rights of root's, now and after whatever is started."""
    for capability in range(64):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # beyond the last one that this kernel knows
    header = struct.pack("Ii", 0x20080522, 0)
    _check(_libc.capset(header, bytes(24)), "capset")
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _prctl(option: int, argument: int) -> None:
    _check(_libc.prctl(option, argument, 0, 0, 0), f"prctl {option}")


def _unshare(kinds: int) -> None:
    _check(_libc.unshare(kinds), "unshare")


def _mount(source, target, kind, flags, options=None) -> None:
    encoded = [None if text is None else text.encode() for text in (source, target, kind)]
    _check(_libc.mount(*encoded, ctypes.c_ulong(flags), options and options.encode()), f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _pivot_root() -> int:
    return {"x86_64": 155, "aarch64": 41}[platform.machine()]


def forbid_calls(alone: int = 0) -> None:
    """Install a seccomp filter (classic BPF) that lets through what `calls` allows (to process `alone`, if given)."""
    program, _ = calls.filter_program(alone)
    _check(_libc.prctl(_PR_SET_SECCOMP, 2, ctypes.addressof(program), 0, 0), "seccomp")
