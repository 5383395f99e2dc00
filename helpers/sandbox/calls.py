"""The system calls that a submission may make: a list of what is allowed, because nobody can list what harms.

Whatever reaches beyond the process is left out: other processes, namespaces, the network, kernel interfaces with a
history of holes; whatever makes others wait (locks and leases on files that everybody reads, syncing a disk, limits
that all processes of a user share); and whatever tells what others did without a clock (which pages of a file are in
memory, how much memory is free). Numbers that the table does not know, because the kernel is newer, do not exist here.

Sources: arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of the kernel; seccomp(2).
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import platform
import socket
import struct
import termios
from collections.abc import Iterable
from functools import cache

# Numbers on x86_64 and on aarch64, which has no calls that newer ones replace.
_ALLOWED = {
    # files, and pipes
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67), "pwrite64": (18, 68),
    "preadv": (295, 69), "pwritev": (296, 70), "lseek": (8, 62), "open": (2, None), "creat": (85, None),
    "openat": (257, 56), "openat2": (437, 437), "close": (3, 57), "close_range": (436, 436), "dup": (32, 23),
    "dup2": (33, None), "dup3": (292, 24), "pipe": (22, None), "pipe2": (293, 59), "sendfile": (40, 71),
    "copy_file_range": (326, 285), "ftruncate": (77, 46), "truncate": (76, 45), "fallocate": (285, 47),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439), "stat": (4, None), "lstat": (6, None),
    "fstat": (5, 80), "newfstatat": (262, 79), "statx": (332, 291), "statfs": (137, 43), "fstatfs": (138, 44),
    "getdents": (78, None), "getdents64": (217, 61), "getcwd": (79, 17), "chdir": (80, 49), "fchdir": (81, 50),
    "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "rename": (82, None), "renameat": (264, 38),
    "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37), "unlink": (87, None), "unlinkat": (263, 35),
    "symlink": (88, None), "symlinkat": (266, 36), "readlink": (89, None), "readlinkat": (267, 78),
    "mknod": (133, None), "mknodat": (259, 33), "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53),
    "chown": (92, None), "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "umask": (95, 166),
    "utime": (132, None), "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88), "getxattr": (191, 8),
    "lgetxattr": (192, 9), "fgetxattr": (193, 10), "listxattr": (194, 11), "llistxattr": (195, 12),
    "flistxattr": (196, 13),
    # memory
    "brk": (12, 214), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226),
    "msync": (26, 227), "get_mempolicy": (239, 236),
    # waiting
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72), "epoll_create": (213, None),
    "epoll_create1": (291, 20), "epoll_ctl": (233, 21), "epoll_wait": (232, None), "epoll_pwait": (281, 22),
    "epoll_pwait2": (441, 441), "eventfd": (284, None), "eventfd2": (290, 19), "signalfd": (282, None),
    "signalfd4": (289, 74), "timerfd_create": (283, 85), "timerfd_settime": (286, 86), "timerfd_gettime": (287, 87),
    "nanosleep": (35, 101), "clock_nanosleep": (230, 115), "pause": (34, None), "restart_syscall": (219, 128),
    # the pair of sockets with which an event loop wakes itself
    "recvfrom": (45, 207), "shutdown": (48, 210), "getsockname": (51, 204), "getpeername": (52, 205),
    "getsockopt": (55, 209),
    # threads
    "futex": (202, 98), "set_robust_list": (273, 99), "get_robust_list": (274, 100), "set_tid_address": (218, 96),
    "rseq": (334, 293), "exit": (60, 93), "exit_group": (231, 94), "gettid": (186, 178), "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123), "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126), "getpriority": (140, 141),
    "getcpu": (309, 168), "arch_prctl": (158, None),
    # signals; no other process is in sight
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133), "rt_sigtimedwait": (128, 137), "sigaltstack": (131, 132), "kill": (62, 129),
    "tkill": (200, 130), "tgkill": (234, 131), "alarm": (37, None), "setitimer": (38, 103), "getitimer": (36, 102),
    # itself
    "getpid": (39, 172), "getppid": (110, 173), "getpgrp": (111, None), "getpgid": (121, 155), "getsid": (124, 156),
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177), "getresuid": (118, 148),
    "getresgid": (120, 150), "getgroups": (115, 158), "capget": (125, 90), "uname": (63, 160), "getrlimit": (97, 163),
    "setrlimit": (160, 164), "prlimit64": (302, 261), "getrusage": (98, 165), "times": (100, 153), "wait4": (61, 260),
    "waitid": (247, 95),
    # the time, and chance
    "time": (201, None), "gettimeofday": (96, 169), "clock_gettime": (228, 113), "clock_getres": (229, 114),
    "getrandom": (318, 278),
}  # fmt: skip
# Allowed for some values of one argument only.
_CLONE, _FCNTL, _IOCTL, _PRCTL, _MADVISE = (56, 220), (72, 25), (16, 29), (157, 167), (28, 233)
_MMAP, _SOCKETPAIR, _SENDTO = (9, 222), (53, 199), (44, 206)
# Answered "done" without doing anything, which is true of the scratch folder, the only place to write to.
_GRANTED = {"fsync": (74, 82), "fdatasync": (75, 83)}
# What Landlock does not look at, and would reach the files and processes of others where no namespace hides them: said
# to be done (modes and times of a file of one's own matter to nobody), not supported, or only for the process itself.
_SAID_TO_BE_DONE = ("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "utime", "utimes",
                    "futimesat", "utimensat")  # fmt: skip
_NOT_SUPPORTED = ("getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr")
_TO_ITSELF = {"kill": False, "tgkill": False, "prlimit64": True}  # whether 0 means the process itself
_TO_NOBODY = ("tkill", "truncate", "sched_getparam", "sched_getscheduler", "getpriority", "getpgid", "getsid")
_CLONE3 = 435  # the same number on both, as all later ones
_LAST_KNOWN = 450

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}
_X32_BIT = 0x40000000  # the second number range of x86_64
_CLONE_THREAD = 0x00010000
_CLONE_NEW = 0x7E020080  # every kind of namespace
_MAP_LOCKED, _MAP_HUGETLB = 0x2000, 0x40000
_PR_GET_DUMPABLE, _PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA = 3, 15, 16, 0x53564D41
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _ENOSYS, _EOPNOTSUPP = 1, 38, 95  # of Linux, whatever system reads this file


def known_here() -> bool:
    """Whether the table has a column for this machine."""
    return platform.machine() in _COLUMN


@cache
def filter_program(alone: int = 0) -> tuple[ctypes.Array, ctypes.Array]:
    """What the kernel wants: the length and address of the instructions; and those, which must stay in memory.

    `alone` is the number of the process where it has no namespaces: there it also sees the processes and files of
    others, so calls that would reach these are not let through (`_WITHOUT_NAMESPACES`).
    """
    instructions = b"".join(struct.pack("HBBI", *instruction) for instruction in _instructions(alone))
    buffer = ctypes.create_string_buffer(instructions, len(instructions))
    head = struct.pack("HxxxxxxP", len(instructions) // 8, ctypes.addressof(buffer))
    return ctypes.create_string_buffer(head, len(head)), buffer


# Instructions of classic BPF. Jumps count the instructions to skip if the comparison holds, and if it does not.
def _load(offset: int) -> tuple:
    return 0x20, 0, 0, offset


def _load_argument(place: int, high: bool = False) -> tuple:
    return _load(16 + 8 * place + 4 * high)


def _equal(value: int, yes: int, no: int) -> tuple:
    return 0x15, yes, no, value


def _above(value: int, yes: int, no: int) -> tuple:
    return 0x25, yes, no, value


def _at_least(value: int, yes: int, no: int) -> tuple:
    return 0x35, yes, no, value


def _any_bit(mask: int, yes: int, no: int) -> tuple:
    return 0x45, yes, no, mask


def _answer(value: int) -> tuple:
    return 0x06, 0, 0, value


_REFUSE, _MISSING = _answer(_ERROR | _EPERM), _answer(_ERROR | _ENOSYS)


def _instructions(alone: int = 0) -> list[tuple]:
    here = _COLUMN[platform.machine()]
    allow = _answer(_ALLOW)
    program = [_load(4), _equal(_AUDIT[platform.machine()], 1, 0), _answer(_KILL), _load(0)]
    program += [_at_least(_X32_BIT, 0, 1), _REFUSE]
    # Libraries that try a new call, or clone3 with its flags behind a pointer, then use the older one.
    program += [_above(_LAST_KNOWN, 0, 1), _MISSING, _equal(_CLONE3, 0, 1), _MISSING]

    def unless(call: tuple[int, int], *block: tuple) -> None:
        program.extend([_equal(call[here], 0, len(block)), *block])

    # Threads are fine, processes and namespaces are not.
    flags = _load_argument(0)
    unless(_CLONE, flags, _any_bit(_CLONE_NEW, 1, 0), _any_bit(_CLONE_THREAD, 1, 0), _REFUSE, allow)
    unless(_MMAP, _load_argument(3), _any_bit(_MAP_LOCKED | _MAP_HUGETLB, 0, 1), _REFUSE, allow)
    # To the other end of a pair; with an address it would be to anybody.
    unless(_SENDTO, _load_argument(4), _equal(0, 0, 2), _load_argument(4, high=True), _equal(0, 1, 0), _REFUSE, allow)
    for call, place, values in _by_one_argument():
        tests = [_equal(value, len(values) - i, 0) for i, value in enumerate(values)]
        unless(call, _load_argument(place), *tests, _REFUSE, allow)
    for call in _GRANTED.values():
        unless(call, _answer(_ERROR))
    if alone:
        answers = dict.fromkeys(_SAID_TO_BE_DONE, _answer(_ERROR)) | dict.fromkeys(_TO_NOBODY, _REFUSE)
        answers |= dict.fromkeys(_NOT_SUPPORTED, _answer(_ERROR | _EOPNOTSUPP))
        for name, answer in answers.items():
            if _ALLOWED[name][here] is not None:
                unless(_ALLOWED[name], answer)
        for name, or_zero in _TO_ITSELF.items():
            numbers = [alone, 0] if or_zero else [alone]
            tests = [_equal(number, len(numbers) - i, 0) for i, number in enumerate(numbers)]
            unless(_ALLOWED[name], _load_argument(0), *tests, _REFUSE, allow)
    for first, last in _ranges(numbers[here] for numbers in _ALLOWED.values() if numbers[here] is not None):
        program += [_above(last, 3, 0), _at_least(first, 0, 1), allow, _REFUSE]
    return [*program, _REFUSE]


def _by_one_argument() -> list[tuple[tuple[int, int], int, list[int]]]:
    """Calls that do many things: the place of the argument that says what, and its harmless values."""
    about_files = [fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL]
    about_devices = [termios.TCGETS, termios.TIOCGWINSZ, termios.FIONREAD, termios.FIONBIO, termios.FIOCLEX]
    # Nothing that moves pages of shared files in or out of memory, or that merges equal pages of several processes.
    about_memory = [mmap.MADV_NORMAL, mmap.MADV_RANDOM, mmap.MADV_SEQUENTIAL, mmap.MADV_DONTNEED, mmap.MADV_FREE]
    about_memory += [mmap.MADV_HUGEPAGE, mmap.MADV_NOHUGEPAGE, mmap.MADV_DONTFORK, mmap.MADV_DONTDUMP, mmap.MADV_DODUMP]
    about_itself = [_PR_GET_DUMPABLE, _PR_SET_NAME, _PR_GET_NAME, _PR_SET_VMA]
    return [
        (_FCNTL, 1, about_files),
        (_IOCTL, 1, [*about_devices, termios.FIONCLEX]),
        (_MADVISE, 2, about_memory),
        (_PRCTL, 0, about_itself),
        (_SOCKETPAIR, 0, [int(socket.AF_UNIX)]),
    ]


def _ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """The numbers as ranges from first to last, in order."""
    found: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
