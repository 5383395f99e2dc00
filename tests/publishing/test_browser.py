"""The JupyterLite site in Chromium: its kernel starts from the site's own files, and finds `helpers` by itself.

NumPy and what is compiled besides come from Pyodide's own distribution, which these machines do not reach. So no
exercise can be checked here; that everything up to that point works is what the tests say.
"""

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading

import pytest

from helpers import __version__
from helpers.commands.common import PROBLEM
from helpers.in_the_browser import ABSENT, NotInTheBrowser, prepare
from helpers.lectures import lecture_names
from helpers.paths import ROOT
from helpers.publishing.browser import lectures_for_the_browser
from tests.publishing.environment import python_with
from tests.publishing.test_site import Quiet

WIDGET = "window.jupyterapp?.shell.currentWidget"
IS_IDLE = f"() => {WIDGET}?.sessionContext?.session?.kernel?.status === 'idle'"
EXECUTE = f"""
async (code) => {{
  const future = {WIDGET}.sessionContext.session.kernel.requestExecute({{ code }});
  const said = [];
  future.onIOPub = (message) => said.push(message.content.text ?? message.content.evalue ?? "");
  await future.done;
  return said.join("");
}}
"""


@pytest.mark.parametrize("name", ABSENT)
def test_a_library_that_a_browser_lacks_is_refused_with_what_to_do_instead(name):
    with pytest.raises(ModuleNotFoundError, match=r"do not run in the browser.*download the notebook"):
        NotInTheBrowser.find_spec(name)


def test_every_other_module_is_left_to_the_other_finders_and_the_advice_is_given_once(monkeypatch):
    assert NotInTheBrowser.find_spec("no_such_module") is None
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    prepare()
    prepare()
    assert sys.meta_path.count(NotInTheBrowser) == 1
    assert sys.meta_path[-1] is NotInTheBrowser


def test_lectures_that_start_threads_or_processes_are_left_out():
    inside = lectures_for_the_browser()
    assert {"00_start_here", "04_activations"} <= set(inside)
    assert {"10_babysitting", "11_hyperparameter_search"} <= set(lecture_names()) - set(inside)


@pytest.fixture(scope="module")
def python():
    return python_with("site", "jupyterlite_core")


def run(python, *arguments):
    command = [python, "-m", "helpers.cli", "browser", *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)


@pytest.mark.slow
@pytest.mark.parametrize("content", [None, '{"version": "0.1"}'])
def test_without_the_core_of_pyodide_it_is_said_how_to_get_it(python, tmp_path, content):
    folder = tmp_path / "pyodide"
    folder.mkdir()
    if content is not None:
        (folder / "package.json").write_text(content)
    done = run(python, "--to", tmp_path / "out", "--pyodide", folder)
    assert done.returncode == PROBLEM
    assert str(folder) in done.stderr
    assert "npm install --prefix" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture(scope="module")
def pyodide(python):
    """The npm package, fetched once into the folder of the other environments."""
    if shutil.which("npm") is None or not os.environ.get("PEER_ENVIRONMENTS"):
        pytest.skip(
            "fetches the npm package pyodide: install npm and name a folder with PEER_ENVIRONMENTS=/some/folder"
        )
    code = "from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION; print(PYODIDE_VERSION)"
    version = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    place = f"{os.environ['PEER_ENVIRONMENTS']}/npm"
    subprocess.run(["npm", "install", "--silent", "--prefix", place, f"pyodide@{version}"], check=True, timeout=300)
    return f"{place}/node_modules/pyodide"


@pytest.mark.slow
@pytest.mark.browser
def test_the_kernel_starts_from_the_sites_own_files_and_finds_helpers(browser, python, pyodide, tmp_path):
    out = tmp_path / "out"
    done = run(python, "--to", out, "--pyodide", pyodide)
    assert done.returncode == 0, done.stderr
    settings = json.loads((out / "jupyter-lite.json").read_text())
    settings["jupyter-config-data"]["exposeAppInBrowser"] = True  # so that a test can ask the kernel
    (out / "jupyter-lite.json").write_text(json.dumps(settings))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(out)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    page = browser.new_context().new_page()
    elsewhere = []
    page.context.on(
        "request", lambda asked: asked.url.startswith((address, "data:", "blob:")) or elsewhere.append(asked.url)
    )
    try:
        page.goto(f"{address}/lab/index.html?path=00_start_here.ipynb")
        page.wait_for_function(IS_IDLE, timeout=180_000)
        assert page.evaluate(EXECUTE, "print(6 * 7)").strip() == "42"
        assert elsewhere == []
        assert page.evaluate(EXECUTE, "import helpers; print(helpers.__version__)").strip() == __version__
        assert all(url.endswith("wasm32.whl") for url in elsewhere), "what is pure Python is inside"
        assert any("/numpy-" in url for url in elsewhere), "helpers brings what it needs"
        assert "download the notebook" in page.evaluate(EXECUTE, "import keras")
    finally:
        page.context.close()
        server.shutdown()
