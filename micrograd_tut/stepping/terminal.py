"""The walk in a terminal, with the verbs of the debugger pdb."""

from __future__ import annotations

from typing import IO

from micrograd_tut.engine import Value
from micrograd_tut.errors import InputError
from micrograd_tut.stepping import explain
from micrograd_tut.stepping.prompt import Prompt
from micrograd_tut.stepping.stepper import Stepper
from micrograd_tut.stepping.walk import Step
from micrograd_tut.support.numbers import shown

_ROWS = 10  # of the table, shown with every step; `l` shows all
_KEYS = (
    "n next", "b back", "c to the end", "g STEP", "p NAME", "u up", "d down", "l list",
    "w where", "h help", "q quit",
)  # fmt: skip
_MARKS = "In the table → is the Value that the step is at, and ← is where its gradient flows to."
_BOLD, _DIM, _FORWARD, _BACKWARD, _SUM = "1", "2", "36", "35", "33"


class Terminal(Prompt):
    """Commands over a `Stepper`; `cmdloop()` reads them until q or the end of the input.

    Args:
        stepper: The walk; it is left standing where the last command put it.
        stdin, stdout, colour, width: As for `Prompt`.
    """

    doc_header = "Commands (h COMMAND tells more; an empty line repeats the last one):"

    def __init__(
        self,
        stepper: Stepper,
        stdin: IO[str] | None = None,
        stdout: IO[str] | None = None,
        colour: bool | None = None,
        width: int | None = None,
    ) -> None:
        super().__init__(stdin, stdout, colour, width)
        self.stepper = stepper
        self.prompt = "(step) "
        self.looking: Value = stepper.here.node

    # --- Commands ---

    def do_n(self, arg: str) -> None:
        """n [COUNT]: the next step."""
        if self.stepper.done:
            self.screen.line(f"The end: this is what {self._output}.backward() leaves.", _DIM)
            return
        for _ in range(self._count(arg)):
            self.stepper.next()
        self._show_step()

    def do_b(self, arg: str) -> None:
        """b [COUNT]: back, undoing a step."""
        if self.stepper.position == 0:
            self.screen.line("This is the beginning.", _DIM)
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
        """p [NAME]: print a Value and every path that feeds its gradient."""
        if arg:
            self.looking = self._named(arg)
        self._show_story()

    def do_u(self, _arg: str) -> None:
        """u: up, towards the output: look at what this Value feeds."""
        fed = [v for v in self.stepper.order if self.looking in v.inputs]
        self._look_at(fed, f"{self._name(self.looking)} is the output.")

    def do_d(self, _arg: str) -> None:
        """d: down, towards the leaves: look at the first input of this Value."""
        takes = self.stepper.names.values().values()
        inputs = [v for v in self.looking.inputs if v in takes]
        self._look_at(inputs, f"{self._name(self.looking)} is a leaf.")

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
        self.screen.line(self.doc_header)
        for verb in "nbcgpudlwqh":
            self.screen.line(getattr(self, f"do_{verb}").__doc__, indent="  ")
        self.screen.line(_MARKS)

    def do_help(self, arg: str) -> None:
        """help [COMMAND]: the same as h."""
        super().do_help(arg) if arg else self.do_h(arg)

    do_next, do_back, do_continue, do_goto, do_print = do_n, do_b, do_c, do_g, do_p
    do_up, do_down, do_list, do_where, do_quit, do_exit = do_u, do_d, do_l, do_w, do_q, do_q

    def do_EOF(self, _arg: str) -> bool:
        """The end of the input: quit."""
        self.screen.line()
        return True

    # --- What cmd.Cmd asks for ---

    def preloop(self) -> None:
        """Say what one sees, and show the first step."""
        count = len(self.stepper) - 1
        self.screen.line(f"Backprop of {self._output} in {count:,} steps", _BOLD)
        keys = ", ".join(key.replace(" ", "\u00a0") for key in _KEYS)
        self.screen.line(f"{keys}; Enter repeats", _DIM)
        self._show_step()

    def precmd(self, line: str) -> str:
        """Show the command where it comes from a pipe."""
        self.echo(line)
        return line

    def onecmd(self, line: str) -> bool:
        """Carry out one command; what is wrong with it is told in one line."""
        try:
            return bool(super().onecmd(line))
        except InputError as error:
            self.screen.line(str(error))
            return False
        finally:
            self.screen.flush()

    def default(self, line: str) -> None:
        """Tell what is not a command; the name of a Value prints it."""
        if line in self.stepper.names.values():
            self.do_p(line)
        else:
            self.screen.line(f"{line.split()[0]!r} is not a command; h lists them")

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
        self.screen.line()
        self._show_table(self._rows(), _ROWS)
        self.screen.line()
        self.screen.line(f"step {step.index} of {step.last} · {explain.title(step)}", _BOLD)
        for text, code in _coloured(step, phase):
            self.screen.line(text, code, indent="  ")

    def _show_story(self) -> None:
        v, names = self.looking, self.stepper.names
        first, *rest = explain.story(v, self.stepper.paths[v], names)
        self.screen.line(first, _BOLD)
        for text in rest:
            self.screen.line(text, indent="  ")
        self.screen.line(f"so far: {names.of(v)}.grad = {shown(v.grad)}", _DIM, indent="  ")

    def _look_at(self, found: list[Value], else_say: str) -> None:
        if found:
            self.looking = found[0]
            self._show_story()
        else:
            self.screen.line(else_say, _DIM)

    def _rows(self) -> list[tuple[str, str, str, str, str]]:
        step, names = self.stepper.here, self.stepper.names
        rows = []
        for name, v in names.values().items():
            mark = "→" if v is step.node and step.kind != "given" else ""
            mark = "←" if v is step.input else mark
            how = explain.formula(v, names) if v.op else "given"
            value = shown(v.data) if self.stepper.computed(v) else "?"
            rows.append((mark, name, how, value, shown(v.grad)))
        return rows

    def _show_table(self, rows: list[tuple[str, str, str, str, str]], most: int) -> None:
        marked = [i for i, row in enumerate(rows) if row[0]]
        first = min(max(0, marked[0] - most // 3), max(0, len(rows) - most)) if marked else 0
        shown = rows[first : first + most]
        below = [row for row in rows[first + most :] if row[0]]
        head = ("", "Value", "how", "data", "grad")
        name_width = min(16, max(len(row[1]) for row in [head, *rows]))
        how_width = min(
            self.screen.width - name_width - 32, max(len(row[2]) for row in [head, *rows])
        )
        for i, row in enumerate([head, *shown, *below]):
            mark, name, how, value, grad = map(self.screen.text, row)
            name, how = _cut(name, name_width), _cut(how, how_width)
            cells = f"{mark:2} {name:{name_width}}  {how:{how_width}}"
            code = _DIM if i == 0 else _BOLD if mark else ""
            self.screen.stream.write(
                self.screen.paint(f"{cells} {value:>11} {grad:>11}".rstrip(), code) + "\n"
            )
        hidden = len(rows) - len(shown) - len(below)
        if hidden:
            self.screen.line(f"   and {hidden:,} more; l lists all", _DIM)

    # --- Reading ---

    @property
    def _output(self) -> str:
        return self.stepper.names.output

    def _name(self, v: Value) -> str:
        return self.stepper.names.of(v)

    def _count(self, arg: str) -> int:
        count = _whole(arg) if arg else 1
        if count < 1:
            raise InputError(f"how many steps? A whole number from 1 on; got {count}")
        return min(count, len(self.stepper))

    def _named(self, name: str) -> Value:
        values = self.stepper.names.values()
        if name not in values:
            raise InputError(f"no Value is called {name!r}; use {explain.listed(values)}")
        return values[name]


def _coloured(step: Step, phase: str) -> list[tuple[str, str]]:
    """The lines that explain a step, and the colour of each."""
    codes = {step.rule: phase, explain.running_sum(step): _SUM, explain.remark(step): _DIM}
    return [(text, codes.get(text, "")) for text in explain.lines(step)]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _whole(arg: str) -> int:
    try:
        return int(arg)
    except ValueError:
        raise InputError(f"which step? A whole number; got {arg!r}") from None
