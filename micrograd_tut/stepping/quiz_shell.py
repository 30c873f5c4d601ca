"""The quiz in a terminal: type an answer, or h for a hint."""

from __future__ import annotations

from typing import Any

from micrograd_tut.errors import MicrogradError
from micrograd_tut.stepping.console import QuestionShell
from micrograd_tut.stepping.questions import POINTS, Questions
from micrograd_tut.stepping.sentences import sentence

_BOLD, _DIM, _RIGHT, _WRONG = "1", "2", "32", "31"


class QuizShell(QuestionShell):
    """Ask the questions of a `Quiz` until it is over, `quit`, or the end of the input.

    Args:
        quiz: The quiz; it goes on where it stands.
        options: As for `Shell`.
    """

    prompt = "= "

    def __init__(
        self,
        quiz: Questions,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.quiz = quiz
        names = set(quiz.names.values())
        self.verbs = {
            verb: act
            for verb, act in {
                "h": self._hint, "hint": self._hint, "s": self._skip, "skip": self._skip,
                "?": self._help, "help": self._help, "l": self._list, "list": self._list,
                "q": self._quit, "quit": self._quit, "EOF": self._quit,
            }.items()
            if verb not in names
        }  # fmt: skip

    def preloop(self) -> None:
        """Say how it goes, show the numbers, and ask."""
        self.console.line(f"Compute the gradients of {self.quiz.names.output}.", _BOLD)
        self._help()
        self._list()
        self._ask()

    def postloop(self) -> None:
        """Tell the score, and explain the mistakes."""
        self.console.line()
        head, *rest = self.quiz.review().splitlines()
        self.console.line(head, _BOLD)
        for line in rest:
            self.console.line(line.strip(), indent="    " if line.startswith(" ") else "  ")
        self.console.flush()

    @property
    def done(self) -> bool:
        """Whether every question has been answered or skipped."""
        return self.quiz.done

    def judge(self, line: str) -> None:
        """Check an answer, and explain it."""
        try:
            verdict = self.quiz.answer(line)
        except MicrogradError as error:
            for part in str(error).splitlines():
                self.console.stream.write(self.console.text(part) + "\n")
            return
        self.console.line(repr(verdict), _RIGHT if verdict.right else _WRONG)
        if verdict.right:
            self._ask()

    def _hint(self) -> None:
        self.console.line(self.quiz.hint())

    def _skip(self) -> None:
        self.console.line(self.quiz.skip())
        self._ask()

    def _quit(self) -> bool:
        return True

    def _help(self) -> None:
        how = sentence("quiz: type", output=self.quiz.names.output)
        points = sentence("quiz: points", points=POINTS)
        self.console.line(
            f"{how} {self._key('hint')}: hint (up to three), {self._key('skip')}: skip, "
            f"{self._key('list')}: list the known numbers, {self._key('quit')}: quit. {points}",
            _DIM,
        )

    def _key(self, verb: str) -> str:
        """What to type for a verb: its first letter, where no Value is called so."""
        return verb[0] if verb[0] in self.verbs else verb

    def _list(self) -> None:
        for name, how, data, gradient in self.quiz.numbers():
            parts = [name, *filter(None, [how]), data]
            line = f"{' = '.join(parts)}   {gradient}".rstrip()
            self.console.line(line, indent="  ")

    def _ask(self) -> None:
        if not self.quiz.done:
            self.console.line()
            for line in self.quiz.asked().splitlines():
                self.console.line(line.strip(), _BOLD, indent="  " if line.startswith(" ") else "")
