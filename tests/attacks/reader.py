"""Attacks on whoever opens the feedback, the report or the tables."""

from helpers.judging.judge import CORRECT, ERROR
from helpers.judging.judge import WRONG as WRONG_STATUS
from tests import classroom

from .catalogue import answer, folder, honest_notebook, notebook


def raises(text: str) -> str:
    return f"def leaky_relu(x, alpha=0.01):\n    raise ValueError({text!r})\n"


@answer("reader", ERROR)
def a_script():
    """Raise an exception whose text is a script."""
    return raises("</pre></p><script>alert('READER-1')</script>")


@answer("reader", ERROR)
def an_image_with_a_handler():
    """Raise an exception whose text is an image with an error handler."""
    return raises("\"'><img src=x onerror=alert('READER-2')>")


@answer("reader", ERROR)
def a_link_that_runs():
    """Raise an exception whose text is a javascript: link, in HTML and in Markdown."""
    return raises("<a href=\"javascript:alert('READER-3')\">x</a> [x](javascript:alert(1)) `<b>`")


@answer("reader", ERROR)
def a_picture_with_a_script():
    """Raise an exception whose text is an SVG with a load handler, a style and a frame."""
    return raises("<svg onload=alert('READER-4')><style>*{display:none}</style><iframe src=data:text/html,x></iframe>")


@answer("reader", ERROR)
def a_template():
    """Raise an exception whose text is a template of the page's own engine."""
    return raises("READER-5 {{ settings.seed }} {% include '/etc/passwd' %} {{ ''.__class__.__mro__ }}")


@answer("reader", ERROR)
def terminal_escapes():
    """Raise an exception whose text clears the terminal, renames its window and hides in writing direction marks."""
    return raises("READER-6 \x1b[2J\x1b]0;title\x07\x9b31m\x08\x00 \u202e\u2066reversed\u2069 \u2028 \u200b")


@answer("reader", ERROR)
def an_error_while_defining():
    """Fail in the cell itself, whose error goes another way into the feedback."""
    return """
class Loud(Exception): pass
def fails(): raise Loud("\\x1b[2J \\u202e READER-7 <script>alert(7)</script>")
leaky_relu = fails()
"""


@answer("reader", WRONG_STATUS)
def a_type_named_like_markup():
    """Return an object whose class is named like a script."""
    return "def leaky_relu(x, alpha=0.01):\n    return type('<script>READER-8</script>\\x1b[2J', (), {})()\n"


@answer("reader", WRONG_STATUS)
def a_returned_formula():
    """Return a text that a spreadsheet computes."""
    return "def leaky_relu(x, alpha=0.01):\n    return '=cmd|\\' /C calc\\'!A0'\n"


@answer("reader", WRONG_STATUS, to="unit_that_died")
def an_answer_with_markup():
    """Answer a question with a script."""
    return "unit_that_died = '<script>alert(1)</script>\\n=1+1'\n"


@answer("reader", ERROR)
def a_table_row_in_a_message():
    """Raise an exception whose text ends the row of a table and begins another with points in it."""
    return raises('READER-9",4,4,correct,\r\n"alice",04_activations,leaky_relu,values,4,4,correct,"')


@answer("reader", ERROR)
def type_setting_commands():
    """Raise an exception whose text reads a file when it is type-set."""
    return raises("\\input{/etc/passwd} \\write18{id} $\\href{javascript:alert(1)}{READER-10}$")


@notebook("reader", CORRECT, student='=HYPERLINK("example.org","A")')
def a_student_named_like_a_formula(notebook):
    """Hand in under a name that a spreadsheet computes."""
    return notebook


@notebook("reader", CORRECT, student="+1-1@SUM(A1), 'and' \"quotes\"")
def a_student_named_with_commas_and_quotes(notebook):
    """Hand in under a name with a plus, commas and quotes."""
    return notebook


@notebook("reader", CORRECT, student="<script>alert('name')<")
def a_student_named_like_a_script(notebook):
    """Hand in under a name that is markup."""
    return notebook


@folder("reader", CORRECT, student=r"line\nbreak\x1b[31m\u202egnp.exe")
def a_student_named_with_control_characters(class_folder, student, places):
    """Hand in under a name with a line break, an escape sequence and a writing direction mark."""
    classroom.write_submission(class_folder, "line\nbreak\x1b[31m\u202egnp.exe", honest_notebook())
