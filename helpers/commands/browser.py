"""`course browser`: the notebooks with a Python in the browser, with nothing to install."""

from __future__ import annotations

import sys
from pathlib import Path

from helpers.paths import ROOT

from .common import OK, PROBLEM


def add(commands) -> None:
    parser = commands.add_parser("browser", help="make a site on which the notebooks run in the browser (JupyterLite)")
    parser.add_argument("--to", type=Path, default=ROOT / "site" / "browser", metavar="DIR", help="(site/browser/)")
    parser.add_argument("--pyodide", type=Path, metavar="DIR", help="the npm package pyodide, unpacked")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.publishing.browser import build_browser_site
    from helpers.publishing.site import SiteError

    try:
        names = build_browser_site(options.to.resolve(), options.pyodide)
    except SiteError as error:
        print(f"✗ {error}", file=sys.stderr)
        return PROBLEM
    print(f"✓ {len(names)} lectures run in the browser: serve {options.to} and open lab/index.html")
    return OK
