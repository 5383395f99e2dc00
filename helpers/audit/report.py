"""What an audit found: findings with evidence, how sure each is, and what to do; as text, HTML or a data frame."""

import html
from dataclasses import asdict, dataclass, field

import numpy as np

CERTAIN, LIKELY, POSSIBLE = "certain", "likely", "possible"


@dataclass(frozen=True)
class Finding:
    """One leak. `kind` is a key of split.KINDS; `sure` is CERTAIN (the data prove it), LIKELY or POSSIBLE (ask).

    `columns` names those concerned, `test_rows` holds the positions of the rows of test concerned (empty: all).
    """

    kind: str
    sure: str
    evidence: str
    advice: str
    columns: tuple = ()
    test_rows: np.ndarray = field(default_factory=lambda: np.zeros(0, int), repr=False, compare=False)


@dataclass(frozen=True)
class Audit:
    """The findings, the surest first, and what could not be looked at for want of information."""

    train_rows: int
    test_rows: int
    findings: tuple
    not_checked: tuple

    @property
    def kinds(self):
        """The kinds of leak that were found, as a set."""
        return {finding.kind for finding in self.findings}

    def to_frame(self):
        """A row a finding: kind, sure, evidence, advice."""
        import pandas

        columns = ["kind", "sure", "evidence", "advice"]
        return pandas.DataFrame([asdict(finding) for finding in self.findings], columns=columns)

    def __str__(self):
        lines = [self._headline()]
        for finding in self.findings:
            lines += ["", f"{finding.kind} ({finding.sure})", f"  {finding.evidence}", f"  To do: {finding.advice}"]
        if self.not_checked:
            lines += ["", "Not looked at:", *(f"  {reason}" for reason in self.not_checked)]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self):
        heads = "".join(f'<th scope="col" style="text-align:left">{head}</th>' for head in _HEADS)
        rows = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{html.escape(text)}</td>' for text in texts) + "</tr>"
            for texts in ((f.kind, f.sure, f.evidence, f.advice) for f in self.findings)
        )
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>" if rows else ""
        missing = "".join(f"<li>{html.escape(reason)}</li>" for reason in self.not_checked)
        missing = f"<p>Not looked at:</p><ul>{missing}</ul>" if missing else ""
        return f"<p><b>{html.escape(self._headline())}</b></p>{table}{missing}"

    def _headline(self):
        count = len(self.findings)
        found = "no leak found" if count == 0 else f"{count} finding" + "s" * (count > 1)
        return f"{self.train_rows} rows to train, {self.test_rows} to test: {found}."


_HEADS = ("leak", "how sure", "evidence", "what to do")
