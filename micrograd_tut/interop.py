"""How a Value answers Python's own functions, NumPy, and the names of other libraries.

Whatever would turn a Value into a plain number cuts the graph, and the gradient comes out wrong
without a word. So it raises an error that says what to write instead.
"""

from __future__ import annotations

from numbers import Number
from typing import TYPE_CHECKING, Any, NoReturn

from micrograd_tut.errors import NumberTypeError
from micrograd_tut.ops import OPS
from micrograd_tut.support.validation import to_float

_BINARY = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "power": "pow"}
_COMPARISONS = {
    "equal": "__eq__",
    "not_equal": "__ne__",
    "less": "__lt__",
    "less_equal": "__le__",
    "greater": "__gt__",
    "greater_equal": "__ge__",
}
_REFLECTED = {"__lt__": "__gt__", "__le__": "__ge__", "__gt__": "__lt__", "__ge__": "__le__"}
_NUMPY_NAMES = {
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctanh": "atanh",
    "absolute": "abs",
    "fabs": "abs",
}


class Interop:
    """Base class of `Value`: Python's and NumPy's functions, and the names of other libraries."""

    __slots__ = ()

    if TYPE_CHECKING:  # Value defines it

        @property
        def data(self) -> float: ...

    # Comparisons with numbers look at the data. Between Values, == is identity, as hash is, so that
    # Values can be kept in sets; < and the others compare the data.

    def __eq__(self, other: object) -> bool:  # self == other
        if isinstance(other, Interop) or not isinstance(other, Number):
            return NotImplemented
        return self.data == number_of(other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:  # if self:
        return self.data != 0

    def __lt__(self, other: Any) -> bool:  # self < other
        return self.data < number_of(other)

    def __le__(self, other: Any) -> bool:  # self <= other
        return self.data <= number_of(other)

    def __gt__(self, other: Any) -> bool:  # self > other
        return self.data > number_of(other)

    def __ge__(self, other: Any) -> bool:  # self >= other
        return self.data >= number_of(other)

    def item(self) -> float:
        """The number, as PyTorch names it: the same as `data`."""
        return self.data

    def __float__(self) -> NoReturn:
        """float(x), math.exp(x): a TypeError that says what to write."""
        raise NumberTypeError(
            "a Value is no float: math.exp(x), float(x) and their like would cut the graph. Use "
            "mg.exp(x), or another function of mg, to stay in the graph; x.data is the number"
        )

    def __int__(self) -> NoReturn:
        """int(x): a TypeError that says what to write."""
        raise NumberTypeError("int(x) would cut the graph: write int(x.data) for the number")

    def __round__(self, digits: int | None = None) -> NoReturn:
        """round(x): a TypeError that says what to write."""
        raise NumberTypeError("round(x) would cut the graph: write round(x.data, 2) for the number")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **_: Any) -> Any:
        """np.exp(x): a TypeError that says what to write; operators and comparisons as they are."""
        name = ufunc.__name__
        if method == "__call__" and len(inputs) == 2 and name in _BINARY:
            prefix, other = ("", inputs[1]) if inputs[0] is self else ("r", inputs[0])
            return getattr(self, f"__{prefix}{_BINARY[name]}__")(other)
        if method == "__call__" and name in _COMPARISONS:
            operator, other = _COMPARISONS[name], inputs[1]
            if inputs[0] is not self:
                operator, other = _REFLECTED.get(operator, operator), inputs[0]
            if getattr(other, "size", 1) == 1:
                return getattr(self, operator)(other.item() if hasattr(other, "item") else other)
            raise NumberTypeError(
                "a Value is compared with one number; compare x.data with an array"
            )
        ours = _NUMPY_NAMES.get(name, name)
        use = f"mg.{ours}(x) to stay in the graph" if ours in OPS else "the operations in mg.OPS"
        raise NumberTypeError(
            f"np.{name}(x) takes no Value: use {use}, or np.{name}(x.data) for the number"
        )


def number_of(x: object) -> float:
    """The data of a Value, or a number as a float."""
    return float(x.data) if isinstance(x, Interop) else to_float(x)
