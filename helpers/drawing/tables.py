"""A small table of results: what a reader compares is set side by side."""

import html
from collections.abc import Iterable, Mapping, Sequence
from numbers import Number


def table(rows: Mapping[object, object], columns: Iterable, form: str | Sequence[str] = "", label: str = "{}") -> None:
    """Show a table in a notebook; as plain text where there is no HTML, as in a console or a diff.

    Parameters
    ----------
    rows
        {label: values}: the label stands at the left of its row. One value for each column; where there is one column,
        the value itself will do. Numbers are written as `form` says, everything else as `str` does.
    columns
        The headings; numbers among them are written as short as possible.
    form
        How numbers are written, in the words of `format`: ".2f", ".0%" (with a space before the sign). One for all
        columns, or one for each. A value that is an array, such as a result for every seed, is written as its mean
        ± its standard deviation.
    label
        What stands around each heading, such as "rate {}".

    Raises
    ------
    ValueError
        When a row has more or fewer values than there are headings; it names the row. When `form` does not fit.
    """
    from IPython.display import display

    headings = [label.format(_short(heading)) for heading in columns]
    forms = [form] * len(headings) if isinstance(form, str) else list(form)
    if len(forms) != len(headings):
        raise ValueError(f"{len(forms)} forms are given for {len(headings)} columns: give one, or one for each.")
    cells = {}
    for name, values in rows.items():
        values = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else [values]
        if len(values) != len(headings):
            raise ValueError(f"Row {name!r} has {len(values)} values for {len(headings)} columns: give one for each.")
        cells[_short(name)] = [_written(value, form) for value, form in zip(values, forms, strict=True)]
    display({"text/html": _as_html(cells, headings), "text/plain": _as_text(cells, headings)}, raw=True)


def _short(heading):
    return f"{heading:g}" if isinstance(heading, float) else str(heading)


def _written(value, form):
    if form and getattr(value, "ndim", 0) == 1:
        text = f"{format(value.mean(), form).rstrip('%')} ± {format(value.std(), form.replace('+', ''))}"
    elif form and isinstance(value, Number) and not isinstance(value, bool):
        text = format(value, form)
    else:
        return str(value)
    return f"{text[:-1]} %" if form.endswith("%") else text


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
