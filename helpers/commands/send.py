"""`course send`: the feedback by e-mail."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .common import OK, PROBLEM, refuse


def add(commands) -> None:
    parser = commands.add_parser("send", help="send every student the feedback by e-mail, once")
    parser.add_argument("out", type=Path, metavar="DIR")
    parser.add_argument(
        "--roster", type=Path, required=True, metavar="FILE", help="the class with e-mail addresses (CSV)"
    )
    parser.add_argument("--from", required=True, dest="sender", metavar="ADDRESS")
    parser.add_argument(
        "--server",
        type=_host_and_port,
        metavar="HOST:PORT",
        help="the mail server; without one, say only who gets what",
    )
    parser.add_argument("--user", default="", help="of the mail server; its password is read from COURSE_MAIL_PASSWORD")
    parser.add_argument("--only", metavar="LECTURE", help="send this lecture's pages alone")
    parser.set_defaults(run=run)


def run(options) -> int:
    from helpers.grading.class_file import class_of
    from helpers.grading.exports.roster import match, read_roster
    from helpers.grading.exports.tables import ExportError
    from helpers.grading.gradebook import Gradebook, GradebookError
    from helpers.grading.sending import Server, letters, send

    try:
        with Gradebook(options.out / "gradebook.db") as book:
            members = class_of(options.out).people
            roster = read_roster(options.roster)
            matching = match(roster, book.students(), members)
            ready, before, problems = letters(
                book,
                options.out,
                roster,
                matching.person_of,
                options.sender,
                options.only,
                {member.student: member.email for member in members},
            )
            problems = [*matching.remarks, *problems]
            if options.server:
                server = Server(*options.server, options.user, os.environ.get("COURSE_MAIL_PASSWORD", ""))
                went, refused = send(book, ready, server)
                problems += refused
    except (ExportError, GradebookError) as error:
        return refuse(error)
    if options.server:
        print(f"Sent {went} messages" + (f"; {before} had been sent before." if before else "."))
    else:
        for letter in ready:
            print(f"{letter.address}: {letter.message['Subject']}")
        print(
            "Nothing was sent. With --server HOST:PORT it is." + (f" {before} had been sent before." if before else "")
        )
    for problem in problems:
        print(f"✗ {problem}.", file=sys.stderr)
    return PROBLEM if problems else OK


def _host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":") if ":" in text else (text, "", "587")
    if not host.strip() or not port.isdecimal():
        raise argparse.ArgumentTypeError(
            f"{text!r} is no mail server; write HOST:PORT, such as mail.example.org:587. Is the variable empty?"
        )
    return host.strip(), int(port)
