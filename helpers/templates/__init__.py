"""The pages and fragments that people see, as Jinja templates; everything put into them is escaped."""

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
    return environment
