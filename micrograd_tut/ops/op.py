"""What a row of the table is: an operation with its value, its derivatives, and its names."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar, overload

from micrograd_tut.errors import DomainError, InputError, NotFiniteError, NumberTypeError
from micrograd_tut.ops import formulas as symbols
from micrograd_tut.support.modes import ieee_on
from micrograd_tut.support.validation import as_list, to_float

T = TypeVar("T")

OPS: dict[str, Op] = {}
"""The table, by name."""


class Needs(NamedTuple):
    """A condition on the inputs of an operation, and what to say where it is broken.

    It is asked once the operation has failed. Where nothing else can make it fail, `holds` is
    left out.
    """

    text: str
    holds: Callable[..., bool] = lambda *inputs: False
    hint: str = ""
    error: type[Exception] = DomainError


class Op:
    """One row of the table. Calling it applies it, to floats or to Values.

    Args:
        name: What it is called, in `OPS` and as a function.
        forward: Its value; takes one float per input and returns a float.
        derivatives: A tuple of functions ``(*inputs, out)``, one per input; for an operation
            with any number of inputs, one such function that returns the list of all.
        textbook: The same derivatives as a book prints them, where `derivatives` holds a form
            that is more exact in floats.
        expand: The operation in terms of simpler ones, or None.
        needs: Conditions on the inputs, asked only after `forward` has failed.
        limit: What IEEE arithmetic gives where `forward` raises; nan unless told.
        write: The operation on Symbols; ``name(x, y)`` unless told.
        array: The operation on NumPy arrays: the name of a function, such as ``"np.exp"``, or
            a pattern with ``{0}`` in it, or the table's own functions that it is made of there.
        symbol: How micrograd labels its node (`Value._op`); the name unless told.
        inner: Whether it is there only for what other rows are made of.
        doc: One line on what it computes.
    """

    def __init__(
        self,
        name: str,
        forward: Callable[..., float],
        derivatives: Any,
        *,
        textbook: Any = None,
        expand: Callable[..., Any] | None = None,
        needs: Needs | tuple[Needs, ...] = (),
        limit: Callable[..., float] = lambda *inputs: math.nan,
        write: Callable[..., Any] | None = None,
        array: str | Callable[..., Any] = "",
        symbol: str = "",
        inner: bool = False,
        doc: str = "",
    ) -> None:
        self.name = name
        self.forward = forward
        self.derivatives = derivatives
        self.textbook = textbook or derivatives
        self.arity = len(derivatives) if isinstance(derivatives, tuple) else None
        self.expand = expand
        self.needs = (needs,) if isinstance(needs, Needs) else needs
        self.limit = limit
        self.write = write or functools.partial(symbols.call, name)
        self.array = array
        self.symbol = symbol or name
        self.inner = inner
        self.__name__ = name
        self.__doc__ = doc
        OPS[name] = self

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __reduce__(self) -> Any:
        return _row, (self.name,)

    def __deepcopy__(self, memo: object) -> Op:
        return self

    def __call__(self, *inputs: Any) -> Any:
        if self.arity is not None and len(inputs) != self.arity:
            raise NumberTypeError(f"{self.name} takes {self.arity} inputs; got {len(inputs)}")
        for x in inputs:
            reading = getattr(x, "_apply", None)
            if reading is not None:
                return reading(self, inputs)
        return self.value(tuple(map(to_float, inputs)))

    def value(self, numbers: tuple[float, ...]) -> float:
        """The value on floats, or the error that names what is wrong with them."""
        result = self.ieee(numbers)
        if result - result and not ieee_on.get() and all(map(math.isfinite, numbers)):
            raise self.failure(numbers)
        return result

    def ieee(self, numbers: Iterable[float]) -> float:
        """The value on floats as IEEE arithmetic has it: inf and nan instead of errors."""
        try:
            return self.forward(*numbers)
        except (ArithmeticError, ValueError):
            return self.limit(*numbers)

    def derivative(self, i: int, inputs: Any, out: Any, *, textbook: bool = False) -> Any:
        """The local derivative by input `i`, read on floats, Values or Symbols."""
        rules = self.textbook if textbook else self.derivatives
        return rules(*inputs, out)[i] if self.arity is None else rules[i](*inputs, out)

    def locals(self, inputs: Any, out: Any, needed: Iterable[bool]) -> list[Any]:
        """All local derivatives; those that nobody needs are not evaluated (None)."""
        if self.arity is None:
            return list(self.derivatives(*inputs, out))
        rules = zip(self.derivatives, needed, strict=True)
        return [rule(*inputs, out) if need else None for rule, need in rules]

    def failure(self, numbers: tuple[float, ...], names: Iterable[str] = ()) -> Exception:
        """The exception for finite `numbers` whose result is not finite.

        Args:
            numbers: The inputs.
            names: What the caller calls each input, "" where it has no name.
        """
        letters = ["x", "y"] if len(numbers) < 3 else [f"x{i + 1}" for i in range(len(numbers))]
        names = list(names) or [""] * len(numbers)
        formula = self.write(*map(symbols.Symbol, letters[: len(numbers)]))
        got = [
            f"{letter} = {x!r}" + (f" (Value '{name}')" if name else "")
            for letter, x, name in zip(letters, numbers, names, strict=False)
            if len(numbers) < 5 or math.fabs(x) > 1e100
        ]
        for need in self.needs:
            if not need.holds(*numbers):
                guilty = [g for g in got if g.split(" ")[0] in need.text.split()] or got
                hint = f" {need.hint}" if need.hint else ""
                return need.error(f"{formula} needs {need.text}; got {', '.join(guilty)}.{hint}")
        return NotFiniteError(
            f"{formula} is too large for a float (the largest is about 1.8e308); "
            f"got {', '.join(got[:4])}. Scale the numbers down, or compute inside "
            f"`with mg.ieee():` to get inf."
        )


def _row(name: str) -> Op:
    return OPS[name]


class Unary(Op):
    """A row with one input: a float gives a float, a Value gives a Value."""

    @overload
    def __call__(self, x: float, /) -> float: ...
    @overload
    def __call__(self, x: T, /) -> T: ...
    def __call__(self, x: Any, /) -> Any:
        if type(x) is float:  # the quick way for what derivatives ask most
            try:
                result = self.forward(x)
            except (ArithmeticError, ValueError):
                result = math.nan
            if not result - result:
                return result
        return super().__call__(x)


class WithAlpha(Op):
    """A row with one input and a constant, alpha, that has a default."""

    def __init__(self, *row: Any, default: float, **more: Any) -> None:
        super().__init__(*row, **more)
        self.default = default

    def __call__(self, x: T, /, alpha: T | float | None = None) -> T:
        result: T = super().__call__(x, self.default if alpha is None else alpha)
        return result


class Many(Op):
    """A row with any number of inputs, given as one list or as arguments.

    A list of floats gives a float; a list with a Value in it gives a Value.
    """

    @overload
    def __call__(self, values: Iterable[float], /) -> float: ...
    @overload
    def __call__(self, values: Iterable[T], /) -> T: ...
    @overload
    def __call__(self, first: T, second: T, /, *rest: T) -> T: ...
    def __call__(self, *values: Any) -> Any:
        if len(values) == 1 and isinstance(values[0], Iterable):
            values = as_list(self.name, values[0])
        if not values:
            raise InputError(f"{self.name} needs at least one value; got none")
        return super().__call__(*values)
