"""`course site`: the reading site, from the executed notebooks."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from helpers.paths import ROOT

from .common import OK, PROBLEM


def add(commands) -> None:
    parser = commands.add_parser("site", help="make a site to read the course on, from the executed notebooks")
    parser.add_argument("--to", type=Path, default=ROOT / "site", metavar="DIR", help="where (default: site/)")
    parser.add_argument(
        "--repository",
        # GitHub's own machines set this variable, so that a workflow need not know where it runs.
        default=os.environ.get("GITHUB_REPOSITORY", ""),
        metavar="OWNER/NAME",
        help="the project on GitHub, for the buttons to Colab and Binder (default: the variable GITHUB_REPOSITORY)",
    )
    parser.add_argument("--branch", default="main", help="the branch with the notebooks (default: main)")
    parser.add_argument("--browser", default="", metavar="ADDRESS", help="where the JupyterLite site is")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.publishing.site import Addresses, SiteError, build_site

    began = time.monotonic()
    try:
        names = build_site(options.to.resolve(), Addresses(options.repository, options.branch, options.browser))
    except SiteError as error:
        print(f"✗ {error}", file=sys.stderr)
        return PROBLEM
    print(f"✓ {len(names)} lectures in {time.monotonic() - began:.0f} s: open {options.to / 'index.html'}")
    return OK
