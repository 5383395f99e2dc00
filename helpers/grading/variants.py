"""Whose variant is whose when a class is marked, from the file that `course handout --variants` wrote.

The gradebook keeps what the file said, so that nothing is ever marked by the course's own order because somebody forgot
to name it. What a notebook says of its variant is only told: it decides nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from helpers.judging.choices import choice_of, right_for
from helpers.judging.exercise import Question
from helpers.judging.judge import plain_text
from helpers.lectures import exercises_of
from helpers.variants.fits import Fit, fits

from . import keys, origin
from .class_file import ClassFile, class_of
from .collecting.layouts import FOLDERS, Who
from .collecting.people import People, same
from .dropped import exercises_by_name
from .gradebook import Gradebook, GradebookError
from .identity import names_of
from .keys import Holder, Keys, Variant, VariantsError
from .papers import Paper
from .submissions import HandedIn, Submission
from .wording import few

SETTING = "variants"
_NOTHING = Keys()
_AND_DO = (
    "so what differs is not marked. Say in who-is-who.csv or course.toml who this is, or give the whole file with "
    "--variants, and grade again"
)
_UNKNOWN = "the file of variants does not name this person"
_UNCLEAR = "it is not clear that this is {} of the file of variants"


def read_keys(file: Path | None) -> Keys:
    """What the file says, nothing if there is none. Raises `GradebookError`."""
    try:
        return keys.read(file) if file else _NOTHING
    except VariantsError as error:
        raise GradebookError(f"{error}. Nothing was marked") from error


def keys_of(settings: Mapping, new: Keys = _NOTHING) -> Keys | None:
    """What the gradebook knows and what is new; None if nobody has a variant."""
    known = keys.of_told(settings[SETTING]) if SETTING in settings else _NOTHING
    together = known.with_newer(new)
    return together if together.people else None


class Variants:
    """The variants of a class.

    `students` are all of its names, `aliases` what work of theirs was found under. `handed_in` tells the teams: their
    one notebook is there for each of the members.
    """

    def __init__(
        self,
        known: Keys | None,
        students: Iterable[str],
        aliases: Mapping[str, str],
        class_: ClassFile,
        handed_in: Iterable[HandedIn] = (),
    ):
        self._known = known
        self._members: dict[tuple[str, str], list[str]] = defaultdict(list)  # by a notebook's path and lecture
        for one in handed_in:
            self._members[one.path, one.lecture].append(one.student)
        self._holders: dict[str, Holder] = {}
        self._problems: dict[str, str] = {}
        self._said: dict[str, list[str]] = defaultdict(list)
        if known:
            self._find(sorted(students), aliases, class_)

    def of(self, student: str) -> Variant:
        """A student's variant, or why it is not known."""
        holder = self._holders.get(student)
        variant = holder.variant if holder else Variant(problem=self._problems.get(student, _UNKNOWN))
        choices = self._known.choices if self._known else {}
        return replace(
            variant,
            choices={n: "" if variant.problem else choice_of(n, names, variant.seed) for n, names in choices.items()},
        )

    def holds(self, lecture: str) -> bool:
        """Whether notebooks of this lecture were handed out in variants."""
        return bool(self._known) and lecture in self._known.lectures

    def to_mark(self, submission: Submission) -> Variant | None:
        """What a submission is marked by, None if by the course's own order; what is odd about it is remembered."""
        if not self.holds(submission.lecture):
            return None
        own = self.of(self._given_to(submission))
        if own.problem:
            self._said[f"{own.problem}, {_AND_DO}"].append(f"{submission.student} ({submission.lecture})")
        elif not submission.problem:
            self._compare(submission, keys.tag(own.seed))
        here = {exercise.name for exercise in exercises_of(submission.lecture)}
        return replace(own, choices={name: choice for name, choice in own.choices.items() if name in here})

    def fits(self, papers: Iterable[Paper]) -> list[Fit]:
        """Whose wrong answers fit somebody else's variant."""
        wrong: dict[str, dict[Question | str, str]] = defaultdict(dict)
        choices = self._known.choices if self._known else {}
        papers = list(papers)
        counts = Counter(map(_notebook_of, papers))
        for paper in papers:
            # A team answers one variant together, and that is nothing to find.
            if self.holds(paper.lecture) and counts[_notebook_of(paper)] == 1:
                exercises = exercises_by_name(paper.lecture, (entry.verdict for entry in paper.entries))
                for verdict in (entry.verdict for entry in paper.entries):
                    question = exercises[verdict.exercise]
                    if isinstance(question, Question) and verdict.mistake in question.why_wrong:
                        wrong[paper.student][question] = verdict.mistake
                    elif right_for(verdict.mistake) in choices.get(verdict.exercise, ()):
                        wrong[paper.student][verdict.exercise] = right_for(verdict.mistake)
        own = {student: one.seed for student, one in self._holders.items() if not one.problem}
        taken = set(own.values())
        others = {one.student: one.seed for one in self._known.people if not one.problem and one.seed not in taken}
        return fits(wrong, others | own, choices)

    def remarks(self) -> list[str]:
        """What a person should know or do."""
        return [plain_text(f"{few(whose)}: {why}") for why, whose in self._said.items()]

    def _given_to(self, submission: Submission) -> str:
        """Whose variant a notebook is marked by: its student's, and in a team that of the member who was given it."""
        members = self._members[submission.path, submission.lecture]
        said = origin.variant(submission.content) if len(members) > 1 else ""
        for member in members:
            variant = self.of(member)
            if said and not variant.problem and keys.tag(variant.seed) == said:
                return member
        return submission.student

    def _compare(self, submission: Submission, own: str) -> None:
        said = origin.variant(submission.content)
        whose = f"{submission.student} ({submission.lecture})"
        if not said:
            self._said["the notebook names no variant; it was marked by that of its student"].append(whose)
        elif said != own:
            others = [one.student for one in self._known.people if not one.problem and keys.tag(one.seed) == said]
            came = f"the variant of {others[0]}" if others else "a variant that nobody in the file has"
            self._said[f"the notebook came with {came}; it was marked by that of its student"].append(whose)

    def _find(self, students: list[str], aliases: Mapping[str, str], class_: ClassFile) -> None:
        """Whose seed is whose: by a name or identifier that is the same, else by the rules of who is who."""
        people = People(members=self._known.people)
        holders = {one.student: one for one in self._known.people}
        by_identifier, by_name = defaultdict(list), defaultdict(list)  # the students of the class, by holder
        fits: dict[str, set[str]] = {}
        for student in students:
            person = class_.person(student)
            own = {same(one) for one in (student, *(person.identifiers if person else ()))}
            fits[student] = {one.student for one in self._known.people if own & keys.identifiers_of(one)}
            claims = by_identifier if fits[student] else by_name
            if not fits[student]:
                more = [Who(FOLDERS, person.name, person.name)] if person and person.name else []
                fits[student] = people.members_of([*names_of(student, aliases), *more])
            for name in fits[student]:
                claims[name].append(student)
        for student, names in fits.items():
            name = next(iter(names), "")
            # An identifier tells more than a name.
            if len(names) == 1 and (by_identifier[name] or by_name[name]) == [student]:
                self._holders[student] = holders[name]
            else:
                self._problems[student] = _UNCLEAR.format(" or ".join(sorted(names))) if names else _UNKNOWN


def _notebook_of(paper: Paper) -> tuple[str, str, str]:
    """What is the same for two students only if they are a team; of nothing, it is the student's own."""
    one = paper.submission
    return (paper.lecture, one.path, one.digest) if one else (paper.lecture, "", paper.student)


def fits_in(book: Gradebook, papers: Iterable[Paper]) -> list[Fit] | None:
    """Whose wrong answers fit somebody else's variant, as the gradebook knows them; None if nobody has one."""
    known = _known_in(book)
    return known.fits(papers) if known else None


def without_variant(book: Gradebook) -> list[str]:
    """The students of a class with variants whose own is not known."""
    known = _known_in(book)
    return [student for student in book.students() if known and known.of(student).problem]


def _known_in(book: Gradebook) -> Variants | None:
    known = keys_of(book.settings())
    return Variants(known, book.students(), book.aliases(), class_of(book.folder)) if known else None
