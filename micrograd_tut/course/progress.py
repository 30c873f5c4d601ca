"""Which questions have been answered: a small JSON file in the user's own folder.

Nothing else is kept, and nothing is sent anywhere. The file is read again before each change, so
that two sessions at the same time lose no answer.
"""

from __future__ import annotations

import datetime
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from micrograd_tut.course.check import Check, Question
from micrograd_tut.errors import DataError
from micrograd_tut.support.files import write_whole

_VERSION = 1
_LARGEST = 1_000_000  # bytes; a true file has some thousands

Answers = dict[str, dict[str, "Given"]]


@dataclass(frozen=True)
class Given:
    """How a question was answered.

    Attributes:
        wrong: The number of wrong answers before.
        shown: Whether the answer was shown instead.
        on: The day, as in 2026-01-31.
    """

    wrong: int
    shown: bool
    on: str

    @property
    def at_first(self) -> bool:
        """Whether the first answer was right."""
        return not self.wrong and not self.shown


def progress_file(
    environment: Mapping[str, str] | None = None, platform: str = sys.platform
) -> Path:
    """Where the progress is kept: a file in the folder that the system has for such things.

    >>> str(progress_file({"XDG_STATE_HOME": "/home/a/state"}, "linux"))
    '/home/a/state/micrograd-tut/course.json'

    Args:
        environment: The environment variables (default: those of the process).
        platform: As `sys.platform`.
    """
    variables = os.environ if environment is None else environment
    chosen = variables.get("XDG_STATE_HOME", "")
    if os.path.isabs(chosen):  # a relative path is to be ignored
        folder = Path(chosen)
    elif platform == "win32":
        folder = Path(variables.get("LOCALAPPDATA") or _home() / "AppData" / "Local")
    elif platform == "darwin":
        folder = _home() / "Library" / "Application Support"
    else:
        folder = _home() / ".local" / "state"
    return folder / "micrograd-tut" / "course.json"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # nobody's home is known: below this nothing can be kept
        return Path(os.devnull)


class Progress:
    """What has been answered so far.

    Args:
        path: The file; it and its folder need not exist yet.

    Attributes:
        answers: By the key of a check and the id of a question.
        note: Why nothing can be kept; "" if it can.

    Raises:
        DataError: the file is not what this class writes. It stays as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.answers: Answers = {}
        self.note = ""
        self._load()

    def record(self, check: Check, question: Question, wrong: int, shown: bool = False) -> None:
        """Keep how a question was answered, in the file too if that can be written."""
        given = Given(wrong, shown, datetime.date.today().isoformat())
        self._load()
        self.answers.setdefault(check.key, {})[question.id] = given
        self._save()

    def reset(self, key: str | None = None) -> None:
        """Forget the answers of a check, or all of them.

        Raises:
            OSError: the file cannot be written.
        """
        self.answers = {k: v for k, v in self.answers.items() if key not in (k, None)}
        self._save()
        if self.note:
            raise OSError(self.note)

    def given(self, check: Check, question: Question) -> Given | None:
        """How a question was answered; None if it is open."""
        return self.answers.get(check.key, {}).get(question.id)

    def answered(self, check: Check) -> list[Given]:
        """The answers to a check, in the order of its questions."""
        found = (self.given(check, question) for question in check.questions)
        return [given for given in found if given]

    def open(self, check: Check) -> list[Question]:
        """The questions of a check that are not answered yet."""
        return [question for question in check.questions if not self.given(check, question)]

    # --- The file ---

    def _load(self) -> None:
        if self.note:
            return
        try:
            text = self.path.read_bytes() if self.path.stat().st_size <= _LARGEST else b"too large"
        except FileNotFoundError:
            return
        except OSError as error:
            self.note = _unkept(self.path, error)
            return
        self.answers = _read(self.path, text)

    def _save(self) -> None:
        if self.note:
            return
        checks = {
            key: {name: asdict(given) for name, given in answers.items()}
            for key, answers in self.answers.items()
        }
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            content = json.dumps({"version": _VERSION, "checks": checks}, indent=1)
            write_whole(self.path, content + "\n")
        except OSError as error:
            self.note = _unkept(self.path, error)


def _unkept(path: Path, error: OSError) -> str:
    return f"your answers cannot be kept: {path}: {error.strerror or error}"


def _read(path: Path, text: bytes) -> Answers:
    """The answers in a file.

    Raises:
        DataError: the file is damaged.
    """
    try:
        data = json.loads(text)
        if data["version"] != _VERSION:
            raise ValueError
        return {
            str(key): {str(name): _given(entry) for name, entry in answers.items()}
            for key, answers in data["checks"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(
            f"{path} does not hold the progress of a course, or is damaged; it was left as it is. "
            f"Move it away to start again"
        ) from None


def _given(entry: Any) -> Given:
    given = Given(entry["wrong"], entry["shown"], entry["on"])
    if type(given.wrong) is not int or given.wrong < 0 or type(given.shown) is not bool:
        raise ValueError
    datetime.date.fromisoformat(given.on)
    return given
