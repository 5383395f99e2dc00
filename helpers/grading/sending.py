"""Send every student the feedback by e-mail, once, also when it is interrupted or started again.

What was sent is written down for each student and lecture, so a letter holds the pages that are new or have changed,
whichever lectures were sent before. Its Message-ID depends on nothing but these pages: should a letter go out twice,
because the connection broke when the server had taken it, mail programs know it as the same one.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import localtime, parseaddr
from pathlib import Path

from . import beneath
from .exports.roster import Roster
from .exports.tables import ExportError
from .feedback_pages import folder_names
from .gradebook import Gradebook
from .papers import Paper, class_papers

_SECONDS = 60  # for any answer of the mail server
_TLS_PORT = 465  # encrypted from the first byte; on other ports encryption is asked for


@dataclass(frozen=True)
class Letter:
    """One student's message; `digests` tells, by lecture, which pages are in it."""

    student: str
    address: str
    message: EmailMessage
    digests: dict[str, str]


@dataclass(frozen=True)
class Server:
    """Where mail is handed over, and as whom. A password is never sent without encryption."""

    host: str
    port: int
    user: str = ""
    password: str = ""

    def connect(self) -> smtplib.SMTP:
        """An open connection. Raises `ExportError` with the server's reason."""
        context = ssl.create_default_context()
        try:
            if self.port == _TLS_PORT:
                smtp = smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=context)
            else:
                smtp = smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
                smtp.ehlo()
                if smtp.has_extn("starttls"):
                    smtp.starttls(context=context)
                elif self.user:
                    smtp.close()
                    raise ExportError(f"{self.host} offers no encryption; the password was not sent")
            if self.user:
                smtp.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            raise ExportError(f"{self.host}:{self.port} does not take mail from here ({error})") from error
        return smtp


def letters(
    book: Gradebook,
    out: Path,
    roster: Roster,
    people: dict[str, dict],
    sender: str,
    only: str | None = None,
    emails: Mapping[str, str] | None = None,
) -> tuple[list[Letter], int, list[str]]:
    """A letter for each student with pages that were not sent yet; how many have none; a sentence for each problem.

    `people` gives the roster's row of each student, `emails` the address where that has none.
    Students who handed in nothing get no letter, unless a person
    decided on points. Raises `ExportError` if the roster has no addresses.
    """
    papers: dict[str, list[Paper]] = {}
    for paper in class_papers(book):
        papers.setdefault(paper.student, []).append(paper)
    folders, sent = folder_names(papers), book.settings().get("sent", {})
    addresses = {s: _address(roster, person) or (emails or {}).get(s, "") for s, person in people.items()}
    if people and not any(addresses.values()):
        raise ExportError(
            "the roster has no e-mail addresses. Canvas leaves them out of its export: add a column Email to a copy of "
            "it, give another list of the class, or write them into course.toml"
        )
    found, before, remarks = [], 0, []
    for student, person in people.items():
        own = [p for p in papers[student] if only in (None, p.lecture) and (p.submission or p.decided)]
        try:
            pages = [(p, beneath.read(out / "feedback", (folders[student], f"{p.lecture}.html")).decode()) for p in own]
        except FileNotFoundError as error:
            raise ExportError(f"{error.filename} is missing; run: course report {out}") from error
        digests = {paper.lecture: hashlib.sha256(page.encode()).hexdigest() for paper, page in pages}
        known = _known(sent.get(student, {}), pages)
        new = [(paper, page) for paper, page in pages if known.get(paper.lecture) != digests[paper.lecture]]
        if not new:
            before += bool(own)
            continue
        address = addresses[student]
        try:
            name = " ".join(roster.first_and_last_name(person))
            found.append(_letter(student, address, sender, name, new, {p.lecture: digests[p.lecture] for p, _ in new}))
        except (ValueError, IndexError, MessageError):
            remarks.append(f"{student} has no address that mail can go to ({address!r})")
    return found, before, remarks


def send(book: Gradebook, letters: list[Letter], server: Server) -> tuple[int, list[str]]:
    """Send these letters; return how many went, and sentences about the rest.

    Each one that the server has taken is written down at once, so that nobody gets the same pages twice.
    """
    sent = dict(book.settings().get("sent", {}))
    went, remarks = 0, []
    if not letters:
        return 0, []
    smtp = server.connect()
    try:
        for letter in letters:
            try:
                smtp.send_message(letter.message)
            except smtplib.SMTPResponseException as error:
                remarks.append(f"{letter.student}: the server said {error.smtp_code} {error.smtp_error!r}")
            except smtplib.SMTPRecipientsRefused:
                remarks.append(f"{letter.student}: the server does not take mail for {letter.address}")
            except (OSError, smtplib.SMTPException) as error:
                remarks.append(f"{letter.student} and those after: the connection was lost ({error})")
                break
            else:
                went += 1
                known = sent.get(letter.student)
                sent[letter.student] = (known if isinstance(known, dict) else {}) | letter.digests
                book.set(sent=sent)
    finally:
        smtp.close()
    return went, remarks


def _address(roster: Roster, person: dict[str, str]) -> str:
    """The e-mail address, which some institutions use as the login, too."""
    address = roster.value(person, "Email address", "Email").strip()
    login = roster.value(person, "SIS Login ID", "Username").strip()
    return address or (login if "@" in login else "")


def _known(sent, pages: list[tuple[Paper, str]]) -> dict[str, str]:
    """What was sent to a student, by lecture. Gradebooks of before hold one digest of all pages of the last letter."""
    if isinstance(sent, dict):
        return sent
    together = hashlib.sha256("".join(page for _, page in pages).encode()).hexdigest()
    each = {paper.lecture: hashlib.sha256(page.encode()).hexdigest() for paper, page in pages}
    return each if sent == together else {lecture: d for lecture, d in each.items() if d == sent}


def _letter(student, address, sender, name, pages: list[tuple[Paper, str]], digests: dict[str, str]) -> Letter:
    message = EmailMessage()
    message["Subject"] = f"Feedback: {', '.join(paper.lecture for paper, _ in pages)}"
    message["From"] = sender
    message["To"] = Address(addr_spec=address)
    message["Date"] = localtime()
    same = hashlib.sha256("\0".join((student, address, *digests.values())).encode("utf-8", "surrogatepass")).hexdigest()
    message["Message-ID"] = f"<{same[:40]}@{parseaddr(sender)[1].rpartition('@')[2] or 'localhost'}>"
    points = [f"{paper.lecture}: {paper.points:g} of {paper.max_points:g} points" for paper, _ in pages]
    greeting = "".join(c if c.isprintable() else " " for c in name).strip()
    end = "The pages attached say what was right, what was not and why, and what to do next."
    message.set_content("\n".join([f"Dear {greeting}," if greeting else "Hello,", "", *points, "", end, ""]))
    for paper, page in pages:
        message.add_attachment(page, subtype="html", filename=f"{paper.lecture}.html")
    return Letter(student, address, message, digests)
