"""Write ``micrograd_tut/ops/methods.pyi``: the operations as methods, for editors and mypy."""

import inspect
from pathlib import Path

from micrograd_tut.ops import methods

HEAD = """\
# Written by .ci/methods_stub.py.
from typing import Self

from micrograd_tut.ops.op import Op

METHODS: list[Op]

class Methods:
"""


def stub() -> str:
    """The text of the file."""
    text = HEAD
    for op in methods.METHODS:
        _, *others = inspect.signature(op.forward).parameters.values()
        parameters = ["self"]
        for p in others:
            default = "" if p.default is p.empty else f" = {p.default}"
            parameters.append(f"{p.name}: float | Self{default}")
        if op.overload:
            *_, p = inspect.signature(op.overload.forward).parameters.values()
            parameters.append(f"{p.name}: float | Self = ...")
        text += f"    def {op.name}({', '.join(parameters)}) -> Self:\n"
        text += f'        """{op.__doc__}"""\n\n'
    return text.rstrip() + "\n"


if __name__ == "__main__":
    Path(methods.__file__).with_suffix(".pyi").write_text(stub(), encoding="utf-8")
