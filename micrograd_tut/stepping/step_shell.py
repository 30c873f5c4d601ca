"""Stepping in a terminal, with the commands of the debugger pdb."""

from __future__ import annotations

import re
from typing import Any

from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.stepping.console import Shell
from micrograd_tut.stepping.formula_text import formula, listed
from micrograd_tut.stepping.walk import Step, story
from micrograd_tut.stepping.walkthrough import Walkthrough
from micrograd_tut.support.numbers import shown
from micrograd_tut.support.text import visible

_ROWS = 10  # of the table, shown with every step; `l` shows all
_KEYS = (
    "n next", "b back", "c to the end", "g STEP", "p NAME", "u input", "d user", "l list",
    "w where", "h help", "q quit",
)  # fmt: skip
_MARKS = "→ marks the Value of this step; ← marks the input that receives its gradient."
_BOLD, _DIM, _FORWARD, _BACKWARD, _SUM = "1", "2", "36", "35", "33"


class StepShell(Shell):
    """Commands over a `Walkthrough`; `cmdloop()` reads them until q or the end of the input.

    Args:
        stepper: What to step through; it stays at the step of the last command.
        options: As for `Shell`.
    """

    doc_header = "Commands (h COMMAND for details; Enter repeats the last one):"

    def __init__(
        self,
        stepper: Walkthrough,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.stepper = stepper
        self.prompt = "(step) "
        self.looking: Value = stepper.here.node

    # --- Commands ---

    def do_n(self, arg: str) -> None:
        """n [COUNT]: the next step."""
        if self.stepper.done:
            self.console.line(
                f"End: these are the gradients that {self._output}.backward() computes.", _DIM
            )
            return
        for _ in range(self._count(arg)):
            self.stepper.next()
        self._show_step()

    def do_b(self, arg: str) -> None:
        """b [COUNT]: back, undoing a step."""
        if self.stepper.position == 0:
            self.console.line("This is the first step.", _DIM)
            return
        for _ in range(self._count(arg)):
            self.stepper.back()
        self._show_step()

    def do_c(self, arg: str) -> None:
        """c [NAME]: continue to the end, or until the gradient of NAME is complete."""
        if arg:
            self.stepper.run_to(self._named(arg))
        else:
            self.stepper.run()
        self._show_step()

    def do_g(self, arg: str) -> None:
        """g STEP: go to a step by its number; g 0 is the beginning, g -1 the end."""
        self.stepper.goto(_whole(arg))
        self._show_step()

    def do_p(self, arg: str) -> None:
        """p [NAME]: print a Value and every contribution to its gradient."""
        if arg:
            self.looking = self._named(arg)
        self._show_story()

    def do_u(self, _arg: str) -> None:
        """u: up the table, towards the leaves: show the first input of this Value."""
        takes = self.stepper.names.values().values()
        inputs = [v for v in self.looking.inputs if v in takes]
        self._look_at(inputs, f"{self._name(self.looking)} is a leaf.")

    def do_d(self, _arg: str) -> None:
        """d: down the table, towards the output: show the first Value that uses this one."""
        fed = [v for v in self.stepper.order if self.looking in v.inputs]
        self._look_at(fed, f"{self._name(self.looking)} is the output.")

    def do_l(self, _arg: str) -> None:
        """l: list the whole graph."""
        self._show_table(self._rows(), _ROWS * 1000)

    def do_w(self, _arg: str) -> None:
        """w: where am I: show this step again."""
        self._show_step()

    def do_q(self, _arg: str) -> bool:
        """q: quit; the gradients stay as they are."""
        return True

    def do_h(self, arg: str) -> None:
        """h [COMMAND]: help."""
        if arg:
            self.do_help(arg)
            return
        self.console.line(self.doc_header)
        for verb in "nbcgpudlwqh":
            self.console.line(getattr(self, f"do_{verb}").__doc__, indent="  ")
        self.console.line(_MARKS)

    def do_help(self, arg: str) -> None:
        """help [COMMAND]: the same as h."""
        super().do_help(arg) if arg else self.do_h(arg)

    do_next, do_back, do_continue, do_goto, do_print = do_n, do_b, do_c, do_g, do_p
    do_up, do_down, do_list, do_where, do_quit, do_exit = do_u, do_d, do_l, do_w, do_q, do_q

    def do_EOF(self, _arg: str) -> bool:
        """The end of the input: quit."""
        self.console.line()
        return True

    # --- What cmd.Cmd asks for ---

    def preloop(self) -> None:
        """Say what one sees, and show the first step."""
        count = len(self.stepper) - 1
        self.console.line(f"Backprop of {self.stepper.formula} in {count:,} steps", _BOLD)
        keys = ", ".join(key.replace(" ", "\u00a0") for key in _KEYS)
        self.console.line(f"{keys}; Enter repeats", _DIM)
        self._show_step()

    def precmd(self, line: str) -> str:
        """Show the command where it comes from a pipe."""
        self.echo(line)
        return line

    def onecmd(self, line: str) -> bool:
        """Carry out one command; an error is shown in one line."""
        try:
            return bool(super().onecmd(line))
        except InputError as error:
            self.console.line(str(error))
            return False
        finally:
            self.console.flush()

    def default(self, line: str) -> None:
        """Tell what is not a command; the name of a Value prints it."""
        if line in self.stepper.names.values():
            self.do_p(line)
        else:
            self.console.line(f"{visible(line.split()[0], 40)!r} is not a command; h lists them")

    def completenames(self, text: str, *ignored: object) -> list[str]:
        """The verbs that begin so."""
        return [name for name in super().completenames(text, *ignored) if name != "EOF"]

    def completedefault(self, text: str, *_ignored: object) -> list[str]:
        """The names that begin so, for `p` and `c`."""
        return [name for name in self.stepper.names.values() if name.startswith(text)]

    # --- Showing ---

    def _show_step(self) -> None:
        step = self.stepper.here
        self.looking = step.node if step.input is None else step.input
        phase = _BACKWARD if step.kind in ("seed", "backward") else _FORWARD
        self.console.line()
        self._show_table(self._rows(), _ROWS)
        self.console.line()
        self.console.line(f"step {step.index} of {step.last} · {step.title}", _BOLD)
        for text, code in _coloured(step, phase):
            self.console.line(text, code, indent="  ")

    def _show_story(self) -> None:
        v, names = self.looking, self.stepper.names
        first, *rest = story(v, self.stepper.paths[v], names)
        self.console.line(first, _BOLD)
        for text in rest:
            self.console.line(text, indent="  ")
        self.console.line(f"so far: {names.of(v)}.grad = {shown(v.grad)}", _DIM, indent="  ")

    def _look_at(self, values: list[Value], otherwise: str) -> None:
        if values:
            self.looking = values[0]
            self._show_story()
        else:
            self.console.line(otherwise, _DIM)

    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        step, names = self.stepper.here, self.stepper.names
        rows = []
        for name, v in names.values().items():
            mark = "→" if v is step.node and step.kind != "start" else ""
            mark = "←" if v is step.input else mark
            how = formula(v, names) if v.op else "leaf"
            value = shown(v.data) if self.stepper.computed(v) else "?"
            begun = v.op is None or step.kind in ("seed", "backward")
            rows.append((mark, name, how, value, shown(v.grad) if begun else ""))
        return rows

    def _show_table(self, rows: list[tuple[str, str, str, str, str]], most: int) -> None:
        marked = [i for i, row in enumerate(rows) if row[0]]
        first = min(max(0, marked[0] - most // 3), max(0, len(rows) - most)) if marked else 0
        shown = rows[first : first + most]
        below = [row for row in rows[first + most :] if row[0]]
        head = ("", "Value", "formula", "data", "grad")
        name_width = min(16, max(len(row[1]) for row in [head, *rows]))
        room = max(4, self.console.width - name_width - 30)  # a narrower terminal breaks the lines
        how_width = min(room, max(len(row[2]) for row in [head, *rows]))
        for i, row in enumerate([head, *shown, *below]):
            mark, name, how, value, grad = map(self.console.text, row)
            name, how = _cut(name, name_width), _cut(how, how_width)
            cells = f"{mark:2} {name:{name_width}}  {how:{how_width}}"
            code = _DIM if i == 0 else _BOLD if mark else ""
            self.console.stream.write(
                self.console.paint(f"{cells} {value:>11} {grad:>11}".rstrip(), code) + "\n"
            )
        hidden = len(rows) - len(shown) - len(below)
        if hidden:
            self.console.line(f"   and {hidden:,} more; l lists all", _DIM)

    # --- Reading ---

    @property
    def _output(self) -> str:
        return self.stepper.names.output

    def _name(self, v: Value) -> str:
        return self.stepper.names.of(v)

    def _count(self, arg: str) -> int:
        count = _whole(arg) if arg else 1
        if count < 1:
            raise InputError(
                f"the number of steps must be a positive integer; got {count}. Example: n 5"
            )
        return min(count, len(self.stepper))

    def _named(self, name: str) -> Value:
        values = self.stepper.names.values()
        if name not in values:
            raise InputError(
                f"there is no Value named {visible(name, 40)!r}; the Values are {listed(values)}"
            )
        return values[name]


def _coloured(step: Step, phase: str) -> list[tuple[str, str]]:
    """The lines that explain a step, and the colour of each."""
    codes = {step.rule: phase, step.running_sum: _SUM, step.remark: _DIM}
    return [(text, codes.get(text, "")) for text in step.lines()]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _whole(arg: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", arg):
        raise InputError(
            f"this needs a number; got {visible(arg, 40)!r}. Examples: n 5, g 3 (g 0 is the start, "
            f"g -1 the end)"
        )
    return int(arg)
