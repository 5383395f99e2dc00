"""Why a kernel refuses namespaces to this user, and what to do about it.

Sources: Ubuntu's release notes on "unprivileged user namespace restrictions" and apparmor.d(5); Debian's
`kernel.unprivileged_userns_clone`; user_namespaces(7); the seccomp profile of Docker (docs.docker.com, "Seccomp").
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

PROFILE = "training-neural-networks"
_OLDEST = (5, 12)  # mount_setattr
_SWITCHES = {  # a file below /proc/sys that says 0 -> what to type
    "kernel/unprivileged_userns_clone": "sudo sysctl -w kernel.unprivileged_userns_clone=1",
    "user/max_user_namespaces": "sudo sysctl -w user.max_user_namespaces=10000",
}
_IN_A_CONTAINER = re.compile(r"docker|kubepods|containerd|libpod|lxc|garden")


def why_no_namespaces(root: Path = Path("/"), release: str | None = None) -> str:
    """The cause and the remedy in sentences, "" if none is known.

    `root` and `release` stand for the files and the kernel of another machine.
    """
    release = release or os.uname().release
    version = tuple(int(part) for part in re.findall(r"\d+", release)[:2])
    if version < _OLDEST:
        return f"The kernel is {release}; strict isolation needs 5.12 or newer. Update the system"
    if _read(root / "proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "AppArmor keeps programs from making user namespaces here, as Ubuntu does since 23.10. "
            "`course doctor --write-profile` writes a profile that allows it for this Python, and says what sudo does"
        )
    for name, command in _SWITCHES.items():
        if _read(root / "proc/sys" / name) == "0":
            return (
                f"User namespaces are switched off ({name.replace('/', '.')} is 0). An administrator types: {command}"
            )
    if is_container(root):
        return (
            "This is a container, and its rules forbid namespaces. Grade outside of it, or start it with "
            "`--security-opt seccomp=unconfined --security-opt apparmor=unconfined` (Docker and Podman)"
        )
    return ""


def is_container(root: Path = Path("/")) -> bool:
    """Whether the files say that this is the inside of a container."""
    if any((root / name).exists() for name in (".dockerenv", "run/.containerenv")):
        return True
    return bool(_IN_A_CONTAINER.search(_read(root / "proc/1/cgroup") + _read(root / "proc/self/mountinfo")[:2000]))


def apparmor_profile(program: str | None = None) -> str:
    """A profile by which AppArmor lets this Python (or `program`) make user namespaces, and restricts nothing else."""
    program = program or os.path.realpath(sys.executable)
    if any(not character.isprintable() for character in program):
        raise ValueError(f"no profile can name {program!r}; install Python in a folder with a plain name")
    # Outside of quotes a blank would end the name; these are patterns to AppArmor, also within quotes.
    quoted = re.sub(r'([][*?{}^"\\])', r"\\\1", program)
    return f"""# Lets {program}
# make user namespaces, which the course needs to put walls around submissions. It restricts nothing and allows nothing
# else. Whatever this Python runs may then make user namespaces, too.
abi <abi/4.0>,
include <tunables/global>

profile {PROFILE} "{quoted}" flags=(unconfined) {{
  userns,

  include if exists <local/{PROFILE}>
}}
"""


def how_to_install(path: Path) -> str:
    """What to type for a profile that was written, and what it does."""
    target = f"/etc/apparmor.d/{PROFILE}"
    return (
        f"Two commands install it, and need an administrator:\n"
        f"    sudo install -m 644 {path} {target}     (copies it to where AppArmor looks at every start)\n"
        f"    sudo apparmor_parser -r {target}     (loads it now)\n"
        f"To take it away again: sudo apparmor_parser -R {target} && sudo rm {target}"
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # no such switch on this kernel
        return ""
