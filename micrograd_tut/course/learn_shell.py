"""A knowledge check in a terminal: type a letter or a number, and read why."""

from __future__ import annotations

from typing import Any

from micrograd_tut.course.check import NUMBERS, Check, Question
from micrograd_tut.course.markup import as_number, numbered, plain
from micrograd_tut.course.pictures import text
from micrograd_tut.course.progress import Progress
from micrograd_tut.errors import MicrogradError
from micrograd_tut.stepping.console import QuestionShell

_BOLD, _DIM, _RIGHT, _WRONG = "1", "2", "32", "31"


class LearnShell(QuestionShell):
    """Ask the open questions of a check until all are answered, `quit`, or the end of the input.

    Args:
        check: The check.
        progress: What has been answered; each answer is kept at once.
        options: As for `Shell`.
    """

    prompt = "> "

    def __init__(self, check: Check, progress: Progress, **options: Any) -> None:
        super().__init__(**options)
        self.check = check
        self.progress = progress
        self.open = progress.open(check)
        self._wrong = 0
        self._noted = False
        self.verbs = {
            "show": self._show, "repeat": self._ask, "?": self._help, "help": self._help,
            "q": self._quit, "quit": self._quit, "EOF": self._quit,
        }  # fmt: skip

    def preloop(self) -> None:
        """Say how it goes, and ask the first question."""
        self._help()
        self._note()
        self._ask()

    def postloop(self) -> None:
        """Say how many were answered, and how many of them at once."""
        self.console.line()
        self.console.line(score(self.check, self.progress), _BOLD)
        self.console.flush()

    @property
    def done(self) -> bool:
        """Whether every question has been answered."""
        return not self.open

    def judge(self, line: str) -> None:
        """Check an answer, and explain it."""
        try:
            verdict = self.open[0].judge(line)
        except MicrogradError as error:
            self.console.line(str(error))
            return
        start = "Right." if verdict.right else "Not quite."
        self.console.line(f"{start} {plain(verdict.why)}", _RIGHT if verdict.right else _WRONG)
        if verdict.right:
            self._next(shown=False)
        else:
            self._wrong += 1

    def _show(self) -> None:
        question = self.open[0]
        right = question.right
        if question.kind in NUMBERS:
            answer = as_number(question, question.number)
        else:
            answer = f"{question.letter(right)}) {plain(right.text)}"
        self.console.line(f"{answer}{'' if answer.endswith('.') else '.'} {plain(right.why)}")
        self._next(shown=True)

    def _next(self, shown: bool) -> None:
        self.progress.record(self.check, self.open.pop(0), self._wrong, shown)
        self._wrong = 0
        self._note()
        self._ask()

    def _note(self) -> None:
        """Say once that nothing can be kept."""
        if self.progress.note and not self._noted:
            self._noted = True
            self.console.line(f"Note: {self.progress.note}", _DIM)

    def _quit(self) -> bool:
        return True

    def _help(self) -> None:
        self.console.line(
            "Type the letter of an answer, or a number: 0.25, 1/4 and a formula are all right. "
            "show: show the answer, repeat: ask again, q: quit; the next time you go on here.",
            _DIM,
        )

    def _ask(self) -> None:
        if not self.open:
            return
        question = self.open[0]
        number = self.check.questions.index(question) + 1
        self.console.line()
        first, *rest = plain(question.text).split("\n\n")
        self.console.line(f"{number}. {first}", _BOLD)
        for part in rest:
            self.console.line(part, _BOLD)
        for line in [
            *numbered(question.code).splitlines(),
            *text(question.picture, question.where),
        ]:
            self._verbatim(line)
        if question.kind not in NUMBERS:
            self._options(question)

    def _options(self, question: Question) -> None:
        for answer in question.answers:
            self.console.line(f"{question.letter(answer)}) {plain(answer.text)}", indent="  ")
            for line in text(answer.picture, question.where):
                self._verbatim("  " + line)

    def _verbatim(self, line: str) -> None:
        """A line of a program or a picture, whose spaces count."""
        self.console.stream.write(self.console.text(f"    {line}".rstrip()) + "\n")


def score(check: Check, progress: Progress) -> str:
    """How many questions of a check are answered, and how many at the first attempt."""
    answered = progress.answered(check)
    first = sum(given.at_first for given in answered)
    return (
        f"{len(answered)} of {len(check.questions)} questions answered, "
        f"{first} at the first attempt"
    )
