"""Writing where it could change marks, another's work, or the next submission."""

from helpers.judging.judge import ERROR
from helpers.judging.judge import WRONG as WRONG_STATUS

from .catalogue import answer
from .reading import FOUND


def writes(*paths: str) -> str:
    return f"""
import os, shutil
def leaky_relu(x, alpha=0.01):
    for path in {list(paths)!r}:
        for attempt in (
            lambda: open(path, 'ab').write(b'WRITTEN'), lambda: os.truncate(path, 0), lambda: os.chmod(path, 0o777),
            lambda: os.utime(path), lambda: os.unlink(path), lambda: os.rename(path, path + '.old'),
            lambda: os.mkdir(path), lambda: os.symlink('/etc/passwd', path), lambda: os.link('/usr/bin/env', path),
            lambda: shutil.rmtree(path),
        ):
            try:
                attempt()
            except OSError:
                pass
    return x
"""


@answer("writing", WRONG_STATUS)
def its_own_submission():
    """Change the notebook that was handed in, once the marks are known."""
    return writes("@CLASS@/its-own-submission/04_activations.ipynb")


@answer("writing", WRONG_STATUS)
def a_neighbours_notebook():
    """Delete or empty a neighbour's notebook and folder."""
    return writes("@CLASS@/a-neighbour/04_activations.ipynb", "@CLASS@/a-neighbour", "@CLASS@")


@answer("writing", WRONG_STATUS)
def results_and_gradebooks():
    """Write results, the gradebook of this class and that of another."""
    return writes(
        "@OUT@/gradebook.db", "@OUT@/results.csv", "@OUT@/grades.csv", "@OUT@/feedback", "@OTHER@/gradebook.db"
    )


@answer("writing", WRONG_STATUS)
def the_course():
    """Put a file into the solutions and a module among the exercises."""
    return """
def leaky_relu(x, alpha=0.01):
    for folder in ('solutions', 'helpers/lectures'):
        try:
            open(f'@COURSE@/{folder}/written-by-a-submission.py', 'w').close()
        except OSError:
            pass
    return x
"""


@answer("writing", WRONG_STATUS)
def the_home_folder():
    """Write into the instructor's home, where shells and editors read at their start."""
    return writes("@HOME@/canary.txt", "@HOME@/.bashrc", "@HOME@/.ssh/authorized_keys", "@HOME@")


@answer("writing", WRONG_STATUS)
def the_python_installation():
    """Write into the interpreter's own packages, which the grader imports too."""
    return """
import os, sys, numpy
def leaky_relu(x, alpha=0.01):
    packages = {os.path.dirname(module.__file__) for module in (numpy, os)}
    for folder in packages | {sys.prefix, sys.base_prefix, '/usr/lib', '/'}:
        try:
            open(os.path.join(folder, 'written_by_a_submission.py'), 'w').close()
        except OSError:
            continue
        raise RuntimeError(f'LOOT: {folder} can be written')
    return x
"""


@answer("writing", WRONG_STATUS)
def a_remounted_file_system():
    """Mount the system again, writable, in a namespace of its own."""
    return """
import ctypes
def leaky_relu(x, alpha=0.01):
    libc = ctypes.CDLL(None, use_errno=True)
    done = [libc.unshare(flag) for flag in (0x10000000, 0x10020000, 0x20000, 0x20000000)]
    done.append(libc.mount(None, b'/', None, 32 | 4096, None))
    done.append(libc.mount(b'proc', b'/scratch', b'proc', 0, None))
    done.append(libc.chroot(b'.'))
    if 0 in done:
        raise RuntimeError(f'LOOT: {done}')
    return x
"""


@answer("writing", WRONG_STATUS)
def something_for_the_next_exercise():
    """Leave files in every writable folder and look for those that earlier exercises and submissions left."""
    return (
        FOUND
        + """
def leaky_relu(x, alpha=0.01):
    paths = [os.path.join(folder, 'left-behind') for folder in ('.', '/tmp', '/dev/shm', '/var/tmp', '/dev')]
    if not calls:
        contents(*paths)
    for path in paths:
        try:
            open(path, 'w').write('left')
        except OSError:
            pass
    calls.append(x)
    return x
calls = []
"""
    )


@answer("writing", ERROR)
def a_device():
    """Make a device file for the disk and a set-user-id program."""
    return """
import os, stat
def leaky_relu(x, alpha=0.01):
    os.mknod('disk', 0o600 | stat.S_IFBLK, os.makedev(8, 0))
"""
