"""The pages and fragments that people see, as Jinja templates; everything put into them is escaped."""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


def render(name: str, **values) -> str:
    """Fill the template `name`. Text in `values` can never become markup."""
    return _environment().get_template(name).render(**values)


@cache
def _environment():
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:g}"
    environment.filters["moment"] = lambda time: time.replace("T", " ").replace("+00:00", " UTC")
    environment.filters["prose"] = prose
    return environment


def prose(text: str):
    """Escaped text in which `code` and *emphasis* look like that."""
    from markupsafe import Markup, escape

    marked = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text)))
    return Markup(re.sub(r"(?<![\w*])\*([^*\n<>]+)\*(?![\w*])", r"<em>\1</em>", marked))
