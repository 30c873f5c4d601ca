"""The exceptions; each message says what is wrong, where, and what to do.

Every error raised on purpose is a `MicrogradError`, and also the built-in exception that a
Python programmer would expect, so ``except ValueError`` and ``except ZeroDivisionError`` work.
"""

import sys

from micrograd_tut.encoding import encodable


class MicrogradError(Exception):
    """The base of every error that this package raises on purpose."""

    def __str__(self) -> str:
        """The message, in characters that standard output can show."""
        return encodable(super().__str__(), getattr(sys.stdout, "encoding", None))


class DomainError(MicrogradError, ValueError):
    """An operation was given a number outside its domain, such as ``log(-1)``."""


class DivisionByZeroError(MicrogradError, ZeroDivisionError):
    """A division by zero, or zero to a negative power."""


class NotFiniteError(MicrogradError, OverflowError):
    """A result is too large for a float (above about 1.8e308)."""


class NumberTypeError(MicrogradError, TypeError):
    """Something that is not one real number was used as one."""


class InputError(MicrogradError, ValueError):
    """An argument does not fit: a wrong length, an unknown name, a number out of range."""


class KeywordError(MicrogradError, TypeError):
    """A function does not take this keyword; the message names the one to use."""


class StaleGraphError(MicrogradError, RuntimeError):
    """The numbers under a graph have changed since it was recorded."""


class GradientError(MicrogradError, AssertionError):
    """A derivative disagrees with its finite-difference estimate."""


class DataError(MicrogradError, ValueError):
    """A data set or a file is malformed."""


class ExpressionError(MicrogradError, ValueError):
    """A typed expression cannot be read."""


class TraceError(MicrogradError, TypeError):
    """A function being compiled read a number that differs from example to example."""


class MissingPartError(MicrogradError, ImportError):
    """An optional package or program is not installed; the message names the command to run."""


class WorkerError(MicrogradError, RuntimeError):
    """Another process of a run on several processes has ended."""


class LayoutError(MicrogradError, RuntimeError):
    """The layout engine cannot draw a graph."""


class LayoutLimitError(LayoutError):
    """A layout needs more time or memory than it may take."""
