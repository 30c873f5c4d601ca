"""`Op`: an operation, as a function of floats with its partial derivatives.

An operation is declared once, from a plain function, and listed in `OPS`:

>>> @declare(lambda x, y, out: y, lambda x, y, out: x)
... def product(x: float, y: float) -> float:
...     return x * y
>>> product(2.0, 3.0), product.partials_at((2.0, 3.0), 6.0)
(6.0, [3.0, 2.0])
>>> del OPS["product"]

A partial derivative takes the inputs and `out`, the result of the operation, which it may reuse:
that of exp is `out` itself. It is written with Python operators and with other operations, so the
type of its arguments decides what it gives: floats give a number, Values a graph that can be
differentiated again, Symbols (`formulas`) a formula, array nodes of the compiler array code. Each
of these types has a method `_apply_op` that says what an operation does with it.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, overload

from micrograd_tut.errors import InputError, NumberTypeError
from micrograd_tut.ops.domain import Domain, domain_error
from micrograd_tut.support.modes import ieee_on
from micrograd_tut.support.validation import as_list, to_float

T = TypeVar("T")
Numbers = Sequence[float]

OPS: dict[str, Op] = {}
"""Every operation, by name."""


class Op:
    """An operation. Call it to apply it, to floats or to Values.

    Use `operation` to add one.

    Attributes:
        name: Its name in `OPS`.
        forward: The function of floats.
        partials: The partial derivatives: one function ``(*inputs, out)`` per input. An operation
            with any number of inputs has a single function ``(inputs, out)`` that returns a list.
        arity: The number of inputs; None for any number.
        symbol: A short label for drawings (micrograd's `_op`).
        domain: Conditions on the inputs.
        limit: The IEEE result for inputs for which `forward` raises an exception.
        overload: The operation for one input more: log(x, base) beside log(x).
        internal: Whether only the derivatives of other operations need it.
        custom: Whether it was added by `operation`.
        takes_start: Whether a call may add one input to a list, as Python's ``sum(xs, start)``.
        by_hand: Whether it belongs to one node, whose derivative is known and formula is not.
    """

    by_hand = False

    def __init__(
        self,
        forward: Callable[..., float],
        partials: Sequence[Callable[..., Any]],
        *,
        name: str = "",
        symbol: str = "",
        domain: Domain | Sequence[Domain] = (),
        limit: Callable[..., float] = lambda *inputs: math.nan,
        overload: Op | None = None,
        internal: bool = False,
        takes_start: bool = False,
    ) -> None:
        parameters = inspect.signature(forward).parameters.values()
        variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        self.name = self.__name__ = name or forward.__name__
        self.__doc__ = inspect.getdoc(forward)
        self.forward = forward
        self.partials = tuple(partials)
        self.arity = None if variadic else len(parameters)
        self.symbol = symbol or self.name
        self.domain = (domain,) if isinstance(domain, Domain) else tuple(domain)
        self.limit = limit
        self.overload = overload
        self.internal = internal
        self.custom = False
        self.takes_start = takes_start
        self._arguments = self._from_list if variadic else self._with_defaults
        self._signature = inspect.signature(forward)

    def __repr__(self) -> str:
        return f"<op {self.name}>"

    def __reduce__(self) -> Any:
        return _by_name, (self.name,)

    def __deepcopy__(self, memo: object) -> Op:
        return self

    @overload
    def __call__(self, *inputs: float, **named: float) -> float: ...
    @overload
    def __call__(self, values: Iterable[float], /) -> float: ...
    @overload
    def __call__(self, values: Iterable[T], /) -> T: ...
    @overload
    def __call__(self, *inputs: T | float, **named: T | float) -> T: ...
    def __call__(self, *inputs: Any, **named: Any) -> Any:
        if len(inputs) == self.arity == 1 and type(inputs[0]) is float and not named:  # fast path
            try:
                result = self.forward(*inputs)
            except (ArithmeticError, ValueError):
                result = math.nan
            if math.isfinite(result):
                return result
        if named or len(inputs) != self.arity:
            if self.overload and len(inputs) + len(named) == self.overload.arity:
                return self.overload(*inputs, **named)
            inputs = tuple(self._arguments(*inputs, **named))
        for x in inputs:
            apply_op = getattr(x, "_apply_op", None)
            if apply_op is not None:
                return apply_op(self, inputs)
        return self.evaluate(tuple(map(to_float, inputs)))

    def evaluate(
        self,
        numbers: Numbers,
        names: Callable[[], Sequence[str]] = tuple,
        sources: Callable[[], Iterable[str]] = tuple,
    ) -> float:
        """The value for floats.

        Args:
            numbers: One float per input.
            names: Gives the names of the inputs, for the message of an error.
            sources: Gives the names of the operations that they come from, likewise.

        Raises:
            DomainError, DivisionByZeroError, NotFiniteError: the numbers are finite and the
                result is not. Inside `ieee()` nothing is raised.
        """
        result = self.evaluate_ieee(numbers)
        if not math.isfinite(result) and not ieee_on.get() and all(map(math.isfinite, numbers)):
            raise domain_error(self.name, self.domain, numbers, names(), sources())
        return result

    def evaluate_ieee(self, numbers: Numbers) -> float:
        """The value for floats by IEEE arithmetic: inf and nan instead of errors."""
        try:
            return float(self.forward(*numbers))
        except (ArithmeticError, ValueError):
            return self.limit(*numbers)

    def partials_at(self, inputs: Any, out: Any, needed: Iterable[bool] | None = None) -> list[Any]:
        """The partial derivative with respect to each input.

        Args:
            inputs: Floats, Values, Symbols, or arrays of the compiler.
            out: The value of the operation for them.
            needed: Which partials to evaluate; the others are None. By default all.
        """
        if self.arity is None:
            partials: list[Any] = self.partials[0](inputs, out)
            return partials
        if needed is None:
            return [partial(*inputs, out) for partial in self.partials]
        return [
            partial(*inputs, out) if need else None
            for partial, need in zip(self.partials, needed, strict=True)
        ]

    def _with_defaults(self, *inputs: Any, **named: Any) -> Sequence[Any]:
        """The inputs of a call in order, as Python binds arguments."""
        try:
            bound = self._signature.bind(*inputs, **named)
        except TypeError as error:
            takes = ", ".join(self._signature.parameters)
            raise NumberTypeError(
                f"call it as {self.name}({takes}); got {len(inputs)} inputs: {error}"
            ) from None
        bound.apply_defaults()
        return bound.args

    def _from_list(self, *values: Any) -> Sequence[Any]:
        """The inputs of a call with one list (and a start), or with one argument per input."""
        if values and isinstance(values[0], Iterable) and len(values) <= 1 + self.takes_start:
            values = *as_list(self.name, values[0]), *values[1:]
        if not values:
            raise InputError(f"{self.name} needs at least one value; got none")
        return values


def _by_name(name: str) -> Op:
    return OPS[name]


def declare(*partials: Callable[..., Any], **settings: Any) -> Callable[[Callable[..., float]], Op]:
    """Declare an operation from the function that follows: a decorator.

    Name, documentation, number of inputs and default arguments are those of the function.

    Args:
        partials: The partial derivatives, as in `Op`.
        settings: ``name``, ``symbol``, ``domain``, ``limit``, ``overload`` and ``internal`` of
            `Op`.
    """

    def declared(forward: Callable[..., float]) -> Op:
        op = Op(forward, partials, **settings)
        OPS[op.name] = op
        return op

    return declared


def operation(
    name: str, forward: Callable[..., float], *partials: Callable[..., Any], symbol: str = ""
) -> Op:
    """Add an operation of your own; it can be differentiated, drawn, stepped through and compiled.

    Args:
        name: A name that no built-in operation has. Declaring it again replaces it.
        forward: The function of floats. Write it with operators and functions such as `mg.exp`,
            then `mg.compile` can compute it on arrays too.
        partials: The partial derivatives, one function ``(*inputs, out)`` per input, written in
            the same way; then they can be differentiated again. If `forward` takes ``*inputs``,
            one function ``(inputs, out)`` that returns a list.
        symbol: A label for drawings (default: the name).

    Returns:
        The operation: a function of floats or Values.

    Raises:
        InputError: a name that is taken or is not a Python name, or not one partial per input.

    >>> cube = operation("cube", lambda x: x**3, lambda x, out: 3 * x**2)
    >>> cube(2.0), cube.partials_at((2.0,), 8.0)
    (8.0, [12.0])
    >>> del OPS["cube"]  # it was only an example
    """
    if not name.isidentifier() or (name in OPS and not OPS[name].custom):
        raise InputError(
            f"an operation needs a Python name that is not taken, such as 'cube'; got {name!r}"
        )
    op = Op(forward, partials, name=name, symbol=symbol)
    op.custom = True
    if len(partials) != (op.arity if op.arity is not None else 1):
        raise InputError(
            f"{name} has {op.arity or 'any number of'} inputs and {len(partials)} partial "
            f"derivatives; give one function per input"
            + (": (inputs, out) -> list" if op.arity is None else "")
        )
    OPS[name] = op
    return op
