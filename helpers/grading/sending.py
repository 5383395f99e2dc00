"""Send every student the feedback by e-mail, once, also when it is interrupted or started again."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
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
    """One student's message; `digest` tells whether the same pages have been sent before."""

    student: str
    address: str
    message: EmailMessage
    digest: str


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
    book: Gradebook, out: Path, roster: Roster, people: dict[str, dict], sender: str, only: str | None = None
) -> tuple[list[Letter], list[str]]:
    """A letter for each student who has a page and an address, and a sentence for each who has not.

    `people` gives the roster's row of each student. Students who handed in nothing get no letter, unless a person
    decided on points.
    """
    papers: dict[str, list[Paper]] = {}
    for paper in class_papers(book):
        papers.setdefault(paper.student, []).append(paper)
    folders = folder_names(papers)
    found, remarks = [], []
    for student, person in people.items():
        own = [p for p in papers[student] if only in (None, p.lecture) and (p.submission or p.decided)]
        if not own:
            continue
        address = roster.value(person, "Email address", "Email").strip()
        try:
            pages = [(p, beneath.read(out / "feedback", (folders[student], f"{p.lecture}.html")).decode()) for p in own]
            found.append(_letter(student, address, sender, " ".join(roster.first_and_last_name(person)), pages))
        except (ValueError, IndexError, MessageError):
            remarks.append(f"{student} has no address that mail can go to ({address!r})")
        except FileNotFoundError as error:
            raise ExportError(f"{error.filename} is missing; run: course report {out}") from error
    return found, remarks


def send(book: Gradebook, letters: list[Letter], server: Server) -> tuple[int, int, list[str]]:
    """Send what was not sent before; return how many went, how many had gone before, and sentences about the rest.

    Each one that the server has taken is written down at once, so that nobody gets the same pages twice.
    """
    sent = dict(book.settings().get("sent", {}))
    new = [letter for letter in letters if sent.get(letter.student) != letter.digest]
    went, remarks = 0, []
    if not new:
        return 0, len(letters), []
    smtp = server.connect()
    try:
        for letter in new:
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
                sent[letter.student] = letter.digest
                book.set(sent=sent)
    finally:
        smtp.close()
    return went, len(letters) - len(new), remarks


def _letter(student, address, sender, name, pages: list[tuple[Paper, str]]) -> Letter:
    message = EmailMessage()
    message["Subject"] = f"Feedback: {', '.join(paper.lecture for paper, _ in pages)}"
    message["From"] = sender
    message["To"] = Address(addr_spec=address)
    points = [f"{paper.lecture}: {paper.points:g} of {paper.max_points:g} points" for paper, _ in pages]
    greeting = "".join(c if c.isprintable() else " " for c in name).strip()
    end = "The pages attached say what was right, what was not and why, and what to do next."
    message.set_content("\n".join([f"Dear {greeting}," if greeting else "Hello,", "", *points, "", end, ""]))
    digest = hashlib.sha256()
    for paper, page in pages:
        digest.update(page.encode())
        message.add_attachment(page, subtype="html", filename=f"{paper.lecture}.html")
    return Letter(student, address, message, digest.hexdigest())
