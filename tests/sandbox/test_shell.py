"""What the shell of the grader does as a kernel would. It is one for a process, so it runs in a process of its own."""

import json
import os
import subprocess
import sys

import pytest

import helpers
from helpers.paths import ROOT
from helpers.sandbox.stand_in import PUBLIC

SCRIPT = """
import json, sys
from helpers.sandbox.shell import new_shell
cells, run, wanted = json.load(sys.stdin)
shell = new_shell()
shell.run_cells([(number, cells[number - 1]) for number in run], cells, None)
print(json.dumps([shell.ev(one) for one in wanted]))
"""


def values(folder, cells, run, *wanted):
    """What names stand for after some of the cells, by their numbers, have run in an empty folder."""
    given = json.dumps([cells, run, wanted])
    command, settings = [sys.executable, "-c", SCRIPT], os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, input=given, capture_output=True, text=True, cwd=folder, env=settings)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_numbers_are_those_of_a_run_of_all_cells(tmp_path):
    cells = ["1", "left_out = 2", " ", "'kept'", "x = Out[3], _3, In[2], In[3], len(In)"]
    assert values(tmp_path, cells, [1, 4, 5], "x") == [["kept", "kept", "left_out = 2", "'kept'", 5]]


@pytest.mark.parametrize("command", ["!mkdir -p own && touch own/__init__.py", "%mkdir own", "!mkdir own; mkdir own"])
def test_a_folder_for_a_module_is_made(tmp_path, command):
    cells = [command, "%%writefile own/mine.py\nK = 2", "from own.mine import K"]
    assert values(tmp_path, cells, [1, 2, 3], "K") == [2]


def test_a_command_raises_nothing(tmp_path):
    cells = ["!touch no/such/folder.py\n!ls\n!cp a b\nx = 1", "'IPKernelApp' in get_ipython().config"]
    assert values(tmp_path, cells, [1, 2], "x", "_2") == [1, True]


def test_an_event_loop_runs_from_the_first_cell_to_the_last(tmp_path):
    cells = [
        "import asyncio\nasync def three():\n    return 3\ntask = asyncio.create_task(three())",
        "x = await task",
        "running = asyncio.get_running_loop().is_running()",
        "await no_such_name",
        "y = [v async for v in nothing()] if False else x",
    ]
    assert values(tmp_path, cells, [1, 2, 3, 4, 5], "x", "running", "y") == [3, True, 3]


def test_a_notebook_can_tell_that_it_runs_in_jupyter(tmp_path):
    cells = ["name = get_ipython().__class__.__name__", "%%bash --out said --err=worse\necho x"]
    assert values(tmp_path, cells, [1, 2], "name", "said", "worse") == ["ZMQInteractiveShell", "", ""]


def test_what_a_kernel_has_loaded_is_there(tmp_path):
    cells = [
        "import sys\nloaded = 'ipykernel' in sys.modules\nfrom ipykernel.zmqshell import ZMQInteractiveShell",
        "x = [1]\n%store x\ndel x\n%store -r x",
        "y = 1\n%store y\n%store -d y\n%store -r",
    ]
    assert values(tmp_path, cells, [1, 2, 3], "loaded", "ZMQInteractiveShell.__name__", "x") == [
        *(True, "ZMQInteractiveShell"),
        [1],
    ]


def test_what_a_cell_has_started_goes_on_between_cells(tmp_path):
    cells = [
        "import asyncio\nk = {}\nasync def later():\n    k['one'] = 1\ntask = asyncio.ensure_future(later())",
        "one = k.get('one')\nasyncio.get_running_loop().call_soon(k.update, {'two': 2})",
        "two = k.get('two')",
    ]
    assert values(tmp_path, cells, [1, 2, 3], "one", "two") == [1, 2]


def test_nothing_is_timed_over_and_over(tmp_path):
    cells = ["n = []", "%timeit n.append(1)", "%%timeit\nn.append(1)", "t = %timeit -n2 -r2 -q -o n.append(1)"]
    assert values(tmp_path, cells, [1, 2, 3, 4], "len(n)", "t.loops") == [1 + 1 + 4, 2]


STAND_IN = """
import json, sys
from helpers.sandbox import stand_in
stand_in.install()
stand_in.lend({}, {"elu": 6.0})
def raised(source):
    try:
        exec(source, {})
    except Exception as error:
        return type(error).__name__
from helpers import check
r = check(elu=abs)
print(json.dumps([
    float(r.points), "%d" % r.points, r.correct == True, r.verdict.max_points, r.verdict.status, str(r),
    raised("from helpers import mean_square"), raised("import helpers.utils"),
    raised("import helpers; helpers.nothing"),
    raised("from helpers import check, hint, neural"), raised("import helpers.neural.activations"),
]))
"""


def test_what_another_check_gives_back_is_like_a_result_and_what_is_not_in_the_course_is_not_there(tmp_path):
    command, settings = [sys.executable, "-c", STAND_IN], os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=settings)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [
        *(6.0, "6", True, 6.0, "correct", "✓ elu: correct, 6 of 6 points"),
        *("ImportError", "ModuleNotFoundError", "AttributeError", None, None),
    ]


def test_the_stand_in_for_the_course_gives_its_public_names():
    assert set(PUBLIC) == set(helpers.__all__)
