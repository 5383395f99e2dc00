"""The middle walls, attacked as the strict ones are, and what is said where a kernel refuses namespaces."""

import os
import re
import shutil
import stat
import subprocess
import sys

import pytest

from helpers.cli import main
from helpers.commands.common import OK, USAGE
from helpers.grading.runner import IsolationUnavailable, Limits, Runner
from helpers.paths import ROOT
from helpers.sandbox import causes, landlock, walls
from helpers.sandbox.causes import apparmor_profile, why_no_namespaces
from tests.attacks.run import IN_FOLDER, NEIGHBOUR, SECRETS, grade_folder
from tests.conftest import cannot_run_here, walls_hold
from tests.sandbox.test_walls import REFUSED, outcome, tries_beyond

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")


@pytest.fixture(scope="module")
def runner():
    try:
        with Runner("landlock", Limits(cpu_seconds=2, memory_mb=128)) as runner:
            yield runner
    except IsolationUnavailable as error:
        cannot_run_here(f"there is no Landlock: {error}")


def value(runner, source):
    ending, seen = outcome(runner, source)
    assert seen is not None, ending
    assert seen.outcome == "returned", seen
    return seen.value


def test_the_probe_finds_no_hole(runner):
    assert runner.probe() == []


# All in two processes, because each costs as much as a class of one student.
@pytest.mark.parametrize("half", [0, 1])
def test_the_system_refuses_what_it_refuses_behind_strict_walls(runner, half):
    bodies = [body for body in REFUSED if "kill(1 << 15" not in body][half::2]
    source = f"""
def f():
    import fcntl, mmap, os, socket
    done, names = [], locals() | {{}}
    for body in {bodies!r}:
        try:
            eval(body, {{**names}})
            done.append(body)
        except (OSError, PermissionError):
            pass
    return done
"""
    assert value(runner, source) == []


def test_calls_that_reach_beyond_the_process_fail(runner):
    assert value(runner, tries_beyond()) == []


def test_no_process_but_its_own_can_be_reached(runner):
    victim = subprocess.Popen(["sleep", "30"])
    try:
        source = f"""
import os, resource, signal
def f():
    done = []
    for attempt in (
        lambda: os.kill({victim.pid}, 9), lambda: os.kill({victim.pid}, 0), lambda: os.kill(-1, 0),
        lambda: os.killpg(os.getpgid(0), 0), lambda: os.kill(0, 0), lambda: os.getpgid({victim.pid}),
        lambda: resource.prlimit({victim.pid}, resource.RLIMIT_CPU, (1, 1)),
        lambda: os.getpriority(os.PRIO_PROCESS, {victim.pid}), lambda: open('/proc/{victim.pid}/environ').read(),
        lambda: os.readlink('/proc/{victim.pid}/cwd'), lambda: os.listdir('/proc'),
    ):
        try:
            attempt()
            done.append(attempt.__code__.co_names)
        except OSError:
            pass
    return [list(map(list, done)), os.kill(os.getpid(), 0)]
"""
        assert value(runner, source) == [[], None]
        assert victim.poll() is None
    finally:
        victim.kill()
        victim.wait()


def test_a_file_of_the_same_user_can_be_neither_read_nor_changed(runner, tmp_path):
    path = tmp_path / "marks.txt"
    path.write_text("secret")
    path.chmod(0o640)
    os.utime(path, (1, 1))
    before = os.stat(path)
    source = f"""
import os
def f():
    done = []
    for attempt in (
        lambda: open({str(path)!r}).read(), lambda: open({str(path)!r}, 'a'), lambda: os.truncate({str(path)!r}, 0),
        lambda: os.unlink({str(path)!r}), lambda: os.rename({str(path)!r}, 'mine'),
        lambda: os.link({str(path)!r}, 'mine'),
        lambda: os.symlink({str(path)!r}, 'mine') or open('mine').read(), lambda: os.listdir({str(tmp_path)!r}),
        lambda: os.mkdir({str(tmp_path / "new")!r}), lambda: os.getxattr({str(path)!r}, 'user.x'),
    ):
        try:
            attempt()
            done.append(list(attempt.__code__.co_names))
        except OSError:
            pass
    os.chmod({str(path)!r}, 0o777)
    os.utime({str(path)!r})
    return done
"""
    assert value(runner, source) == []
    after = os.stat(path)
    assert path.read_text() == "secret"
    assert (after.st_mode, after.st_mtime, after.st_nlink) == (before.st_mode, before.st_mtime, 1)


def test_what_honest_work_needs_of_the_system_works(runner):
    source = """
import asyncio, multiprocessing.pool, os, pathlib, shutil, tempfile
import numpy as np, scipy.linalg, sqlite3
async def later():
    await asyncio.sleep(0.001)
    return await asyncio.to_thread(lambda: 'thread')
def f():
    with open('a', 'w') as file:
        file.write('here')
        file.flush()
        os.fsync(file.fileno())
    (pathlib.Path.home() / 'b').write_text('home')
    shutil.copy2('a', os.path.expanduser('~/c'))
    np.save('d', np.ones(2))
    with tempfile.NamedTemporaryFile('w+') as file:
        file.write('tempfile'), file.seek(0)
        return [asyncio.run(later()), open('../c').read(), file.read(), float(np.load('d.npy').sum()),
                multiprocessing.pool.ThreadPool(2).map(abs, [-1])]
"""
    assert value(runner, source) == ["thread", "here", "tempfile", 2.0, [1]]


def test_the_scratch_folder_is_new_for_every_exercise_and_gone_afterwards(runner):
    source = """
import os
def f():
    seen, here = os.listdir('.'), os.getcwd()
    for _ in range(300):
        os.mkdir('deep')
        os.chdir('deep')
    open('left', 'w').close()
    return [seen, here]
"""
    for _ in range(2):
        seen, folder = value(runner, source)
        assert seen == []
        assert not os.path.exists(folder)


@pytest.mark.parametrize(
    "body",
    [
        "for i in range(10**6): open(str(i), 'wb').write(bytes(2**22))",
        "for i in range(10**6): open(str(i), 'wb').close()",
    ],
)
def test_the_disk_ends_at_its_limit(runner, body):
    with Runner("landlock", Limits(cpu_seconds=30, memory_mb=128)) as patient:  # there are slow disks
        assert outcome(patient, f"import time\ndef f():\n    {body}")[0] == "disk limit"


def test_a_hidden_folder_stays_hidden_inside_of_the_python_installation():
    import IPython

    inside = os.path.join(os.path.dirname(IPython.__file__), "terminal")
    places = dict(landlock.readable_places([inside]))
    assert inside not in places
    assert places[os.path.join(os.path.dirname(inside), "core")]
    assert not places[os.path.dirname(inside)] & landlock._READ_FILE


# Each is a row of the table in docs/trusting-the-grader.md; true there means: not stopped.
NOT_STOPPED = {
    "ask of any path": "os.path.exists({path!r}) and os.stat({path!r}).st_size == 6",
    "numbers of processes": "os.path.exists('/proc/{victim}')",
    "more than 64 threads": "threads(80)",
}


def what_goes(runner, folder) -> dict[str, bool]:
    path = folder / "marks.txt"
    path.write_text("secret")
    known = {"path": str(path), "victim": os.getpid()}
    bodies = {row: body.format(**known) for row, body in NOT_STOPPED.items()}
    source = f"""
import os, threading
def threads(number):
    wait, running = threading.Event(), []
    threading.stack_size(65536)
    try:
        for _ in range(number):
            running.append(threading.Thread(target=wait.wait))
            running[-1].start()
        return True
    except RuntimeError:
        running.pop()
        return False
    finally:
        wait.set()
        for thread in running:
            thread.join()
def f():
    return {{row: bool(eval(body, dict(os=os, threads=threads))) for row, body in {bodies!r}.items()}}
"""
    return value(runner, source)


def test_what_the_guide_says_is_not_stopped_is_not_and_strict_walls_stop_it(runner, tmp_path):
    assert what_goes(runner, tmp_path) == dict.fromkeys(NOT_STOPPED, True)
    table = re.findall(
        r"^\| (.+?) \|", (ROOT / "docs" / "trusting-the-grader.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [row for row in NOT_STOPPED if not any(row in said for said in table)] == []
    walls_hold()
    with Runner("strict", Limits(cpu_seconds=2, memory_mb=128)) as strict:
        assert what_goes(strict, tmp_path) == dict.fromkeys(NOT_STOPPED, False)


CHOSEN = ("forging", "leaving", "reading", "writing", "reaching", "telling")


def test_a_sample_of_the_catalogue_of_attacks_gets_nothing(tmp_path, runner):
    """One of each kind in one class (`python -m tests.attacks landlock` marks all of them)."""
    entries = [next(entry for entry in IN_FOLDER if entry.kind == kind) for kind in CHOSEN]
    graded = grade_folder(tmp_path, "landlock", entries)
    assert graded.status == 0, graded.printed
    assert {entry.name: graded.problems(entry) for entry in entries} == {entry.name: [] for entry in entries}
    assert graded.files_after == graded.files_before
    assert graded.survivors == []
    assert "Isolation: landlock: probed from inside" in graded.printed
    outputs = [path.read_bytes().decode("utf-8", "replace") for path in graded.out.rglob("*") if path.is_file()]
    assert not [s for s in (*SECRETS.values(), "LOOT") for text in outputs if s in text]
    pages = [path.read_text(encoding="utf-8") for path in (graded.out / "feedback").rglob("*.html")]
    assert not any(NEIGHBOUR in page for page in pages)


# --- What is said where walls are refused ---------------------------------------------------------------------------


def machine(root, **files):
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "release", "said"),
    [
        (
            {"proc__sys__kernel__apparmor_restrict_unprivileged_userns": "1\n"},
            "6.8.0-31",
            "course doctor --write-profile",
        ),
        (
            {"proc__sys__kernel__unprivileged_userns_clone": "0\n"},
            "6.1.0",
            "sysctl -w kernel.unprivileged_userns_clone=1",
        ),
        ({"proc__sys__user__max_user_namespaces": "0\n"}, "5.14.0", "user.max_user_namespaces is 0"),
        ({".dockerenv": ""}, "6.8.0", "This is a container"),
        ({"proc__1__cgroup": "0::/kubepods/pod1\n"}, "6.8.0", "This is a container"),
        ({}, "4.18.0-553.el8", "The kernel is 4.18.0-553.el8"),
    ],
)
def test_the_cause_is_named_with_what_to_do(tmp_path, files, release, said):
    assert said in why_no_namespaces(machine(tmp_path, **files), release)


def test_a_machine_that_refuses_nothing_is_not_accused(tmp_path):
    files = {"proc__sys__kernel__apparmor_restrict_unprivileged_userns": "0", "proc__1__cgroup": "0::/init.scope"}
    assert why_no_namespaces(machine(tmp_path, **files), "6.8.0") == ""


def test_the_message_of_the_walls_holds_the_cause(monkeypatch):
    def refuse(*arguments):
        raise PermissionError(1, "unshare: Operation not permitted")

    monkeypatch.setattr(walls, "_unshare", refuse)
    monkeypatch.setattr(walls, "_unshare_user", refuse)
    monkeypatch.setattr(causes, "why_no_namespaces", lambda: "It is the moon.")
    with pytest.raises(walls.WallsUnavailable, match="It is the moon"):
        walls.enter_private_root([])


def test_doctor_writes_the_profile_and_says_what_sudo_would_do(tmp_path, capsys):
    path = tmp_path / "a profile"
    assert main(["doctor", "--write-profile", str(path)]) == OK
    said = capsys.readouterr().out
    assert "Nothing of the system was changed" in said
    assert "sudo apparmor_parser -r /etc/apparmor.d/training-neural-networks" in said
    assert f'"{os.path.realpath(sys.executable)}" flags=(unconfined)' in path.read_text()
    assert main(["doctor", "--write-profile", str(path)]) == OK  # the same once more
    path.write_text("mine")
    assert main(["doctor", "--write-profile", str(path)]) == USAGE
    assert path.read_text() == "mine"


@pytest.mark.parametrize("program", ["/opt/my python/bin/python3", "/opt/a[1]{b}*?/python", '/opt/"q"/python'])
def test_a_profile_names_one_program_and_no_pattern(tmp_path, program):
    text = apparmor_profile(program)
    (line,) = [line for line in text.splitlines() if line.startswith("profile")]
    quoted = line.split('"', 1)[1].rsplit('"', 1)[0]
    assert quoted.replace("\\", "") == program
    if shutil.which("apparmor_parser"):
        path = tmp_path / "profile"
        path.write_text(text)
        done = subprocess.run(["apparmor_parser", "-QK", str(path)], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr


def test_a_program_that_no_profile_can_name_is_refused():
    with pytest.raises(ValueError, match="plain name"):
        apparmor_profile("/opt/a\nprofile evil /** {}/python")


def test_a_folder_for_scratch_is_nobody_elses():
    folder = landlock.new_scratch()
    try:
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    finally:
        landlock.remove_scratch(folder)
