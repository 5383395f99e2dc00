"""A small table of results: what a reader compares is set side by side."""

import html
from collections.abc import Mapping, Sequence


def table(rows: Mapping[object, Sequence], columns: Sequence) -> None:
    """Show a table in a notebook; as plain text where there is no HTML, as in a console or a diff.

    Parameters
    ----------
    rows
        {label: values}: the label stands at the left of its row. Values are strings, or numbers that are rounded
        already, one for each column.
    columns
        The headings.

    Raises
    ------
    ValueError
        When a row has more or fewer values than there are headings; it names the row.
    """
    from IPython.display import display

    headings = [str(heading) for heading in columns]
    cells = {str(label): [str(value) for value in values] for label, values in rows.items()}
    for label, values in cells.items():
        if len(values) != len(headings):
            raise ValueError(f"Row {label!r} has {len(values)} values for {len(headings)} columns: give one for each.")
    display({"text/html": _as_html(cells, headings), "text/plain": _as_text(cells, headings)}, raw=True)


def _as_html(cells, headings):
    side = [_side(column) for column in _columns(cells, headings)]
    lines = ["<table>", f"<thead><tr><td></td>{''.join(map(_heading, headings, side))}</tr></thead>", "<tbody>"]
    for label, values in cells.items():
        row = f'<th scope="row" style="text-align:left">{html.escape(label)}</th>'
        lines.append(f"<tr>{row}{''.join(map(_cell, values, side))}</tr>")
    return "\n".join([*lines, "</tbody>", "</table>"])


def _heading(text, side):
    return f'<th scope="col" style="text-align:{side}">{html.escape(text)}</th>'


def _cell(text, side):
    return f'<td style="text-align:{side}">{html.escape(text)}</td>'


def _as_text(cells, headings):
    labels = ["", *cells]
    blocks = [[label.ljust(max(map(len, labels))) for label in labels]]
    for heading, column in zip(headings, _columns(cells, headings), strict=True):
        entries = [heading, *column]
        width = max(map(len, entries))
        blocks.append([entry.rjust(width) if _side(column) == "right" else entry.ljust(width) for entry in entries])
    return "\n".join("  ".join(line).rstrip() for line in zip(*blocks, strict=True))


def _columns(cells, headings):
    """The values of each column, from top to bottom."""
    return [[values[place] for values in cells.values()] for place in range(len(headings))]


def _side(column):
    """Numbers end below each other, words begin below each other."""
    return "right" if all(any(sign.isdigit() for sign in text) or not text.strip("-– ") for text in column) else "left"
