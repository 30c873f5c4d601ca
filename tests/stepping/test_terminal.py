"""The terminal: driven through a pseudo-terminal as a person would, and through a pipe."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys

import pexpect
import pytest
from stepping_graphs import lecture, named, random_graph

import micrograd_tut as mg
from micrograd_tut.engine import Value
from micrograd_tut.stepping.console import Console
from micrograd_tut.stepping.quiz_shell import QuizShell
from micrograd_tut.stepping.step_shell import StepShell

LECTURE = ["n = x1*w1 + x2*w2 + b; o = tanh(n); o", "x1=2", "w1=-3", "x2=0", "w2=1"]
COMMAND = [sys.executable, "-m", "micrograd_tut"]


def session(*args, columns=80, **environment):
    return pexpect.spawn(
        COMMAND[0], [*COMMAND[1:], *args], encoding="utf-8", timeout=60,
        dimensions=(40, columns), env={**os.environ, "TERM": "xterm", **environment},
    )  # fmt: skip


def step_session(**environment):
    child = session("step", *LECTURE, "b=6.8813735870195432", **environment)
    child.expect_exact("(step) ")
    return child


def said(child, command):
    """What the program says to a command, up to the next prompt, without colours."""
    child.sendline(command)
    child.expect_exact("(step) ")
    return plain(child.before)


def ended(child):
    """The exit status, once the program has ended by itself."""
    child.expect(pexpect.EOF)
    child.wait()
    return child.exitstatus


def plain(text):
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text).replace("\r", "")


def test_a_walk_in_the_terminal():
    child = step_session()
    assert "step 1 of 15 · forward" in said(child, "n")
    assert "step 2 of 15" in said(child, "")  # an empty line repeats
    assert "step 1 of 15" in said(child, "b")
    at_x1 = said(child, "c x1")
    assert "∂o/∂x1 += ∂o/∂v1 · w1" in at_x1
    assert "-1.5 = 0.5 × -3.0" in at_x1
    assert "x1.grad: 0.0 + -1.5 = -1.5" in at_x1
    assert "step 15 of 15" in said(child, "c")
    assert "End:" in said(child, "n")
    story = said(child, "p n")
    assert "through o = tanh(n):  1.0 × 0.5 = 0.5" in story
    assert "v3 = -6.0" in said(child, "u")
    assert "n = 0.88137" in said(child, "d")
    assert "step 3 of 15" in said(child, "g 3")
    assert "tanh(n)" in said(child, "l")
    assert "c [NAME]" in said(child, "h")
    assert "there is no Value named 'zebra'" in said(child, "p zebra")
    assert "'zebra' is not a command" in said(child, "zebra")
    assert "there is no step 99" in said(child, "g 99")
    child.sendline("q")
    assert ended(child) == 0


def test_colour_is_there_on_a_terminal_and_not_with_no_color():
    coloured, bare = step_session(), step_session(NO_COLOR="1")
    for child in (coloured, bare):
        child.sendline("n")
        child.expect_exact("(step) ")
    assert "\x1b[36m" in coloured.before
    assert "\x1b[3" not in bare.before
    coloured.close()
    bare.close()


def test_control_d_leaves_quietly():
    child = step_session()
    child.send("\x04")
    assert ended(child) == 0
    assert "Traceback" not in child.before


def test_control_c_leaves_with_one_line_and_its_own_status():
    child = step_session()
    child.send("\x03")
    assert ended(child) == 130
    assert "Traceback" not in child.before
    assert "micrograd-tut: interrupted" in child.before


@pytest.mark.parametrize("line", ["mg.step(y).terminal()", "mg.quiz(y).terminal()"])
def test_control_c_leaves_a_terminal_that_python_has_opened(line):
    program = f"import micrograd_tut as mg; y = mg.Value(2.0) * 3.0; {line}; print('still here')"
    child = pexpect.spawn(sys.executable, ["-c", program], encoding="utf-8")
    child.expect_exact("(step) " if "step" in line else "= ?")
    child.send("\x03")
    assert ended(child) == 0
    assert "still here" in child.before


def test_a_quiz_in_the_terminal():
    child = session("quiz", "a*b + a", "a=2", "b=-3")
    child.expect_exact("∂L/∂v1 = ?")
    child.sendline("2")
    child.expect_exact("Not quite.")
    child.sendline("h")
    child.expect_exact("v1 is used only in L = v1 + a")
    child.sendline("1")
    child.expect_exact("Right:")
    child.sendline("s")
    child.expect_exact("question 3 of 3")
    child.sendline("1 + b")
    child.expect_exact("Right:")
    child.expect_exact("of 9 points")
    assert ended(child) == 0


# --- In a pipe, and on any stream ---


def piped(text, *args, **environment):
    run = subprocess.run(
        [*COMMAND, *args], input=text, capture_output=True, text=True, check=True,
        encoding="utf-8", env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip
    assert run.stderr == ""
    return run.stdout


def test_in_a_pipe_the_commands_are_echoed_and_nothing_is_coloured():
    out = piped("n\nc a\nq\n", "step", "a*b + a", "a=2", "b=-3")
    assert "(step) c a" in out
    assert "\x1b" not in out
    assert "(path 2 of 2)" in out


def test_a_stream_without_unicode_gets_ascii():
    out = piped("c\nq\n", "step", "a*b + a", "a=2", "b=-3", PYTHONIOENCODING="ascii")
    assert out.isascii()
    assert "dL/db += dL/dv1 * a" in out
    assert "?" not in out.partition("(step) c")[2]  # nothing that could not be written


def screen_of(stepper, *commands, **settings):
    out = io.StringIO()
    terminal = StepShell(stepper, stdin=io.StringIO("\n".join(commands)), stdout=out, **settings)
    terminal.cmdloop()
    return out.getvalue()


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_no_line_is_wider_than_the_terminal(columns):
    for seed in range(10):
        s = mg.step(random_graph(seed))
        out = screen_of(s, *["n"] * len(s), "l", "p a0", "h", width=columns)
        assert max(map(len, out.splitlines())) <= columns
        s.reset()


def test_a_net_is_shown_in_part_and_l_lists_all():
    s = mg.step(mg.MLP(3, [4, 1], seed=1)([1.0, 2.0, 3.0]))
    out = screen_of(s, "c")
    assert "more; l lists all" in out
    every = screen_of(s, "l")
    assert all(f" {name} " in every for name in s.names.values())


def test_a_number_is_in_the_table_from_the_step_that_computes_it():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    s = mg.step(a * b + a)

    def values(k):
        s.goto(k)
        head, *rows = screen_of(s, "q").partition("\n\n")[2].partition("\n\n")[0].splitlines()
        end = head.index("data") + len("data")
        return [f"{row[end - 9 : end].strip()} {row[end:].strip()}".strip() for row in rows]

    assert values(0) == ["2.0 0.0", "-3.0 0.0", "?", "?"]
    assert values(1) == ["2.0 0.0", "-3.0 0.0", "-6.0", "?"]
    assert values(2) == ["2.0 0.0", "-3.0 0.0", "-6.0", "-4.0"]
    assert values(3) == ["2.0 0.0", "-3.0 0.0", "-6.0 0.0", "-4.0 1.0"]


def test_up_and_down_move_as_the_rows_of_the_table_stand():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    s = mg.step(mg.tanh(a * b))
    s.goto(2)
    rows = [row.split()[1] for row in screen_of(s, "l").splitlines() if "tanh(v1)" in row][:1]
    assert rows == ["L"]
    for command, towards in (("u", "leaves"), ("d", "output")):
        assert f"{towards}: show the first" in screen_of(s, f"h {command}")
    names = list(s.names.values())
    moved = screen_of(s, "p v1", "u", "d", "d")
    visited = [
        line.split()[0]
        for line in moved.splitlines()
        if ", a leaf" in line or ", computed as" in line
    ]
    assert visited == ["v1", "a", "v1", "L"]
    assert names.index("a") < names.index("v1") < names.index("L")


def test_a_gradient_left_from_an_earlier_pass_is_named_and_only_leaves_show_it():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    y = a * b
    y.backward()
    screen = screen_of(mg.step(y), "q")
    assert "Left from an earlier backward(): a.grad = -3.0, b.grad = 2.0." in screen
    (row,) = [line for line in screen.splitlines() if " y " in line and "?" in line]
    assert row.endswith("?")


def test_a_name_and_its_number_stay_on_one_line():
    out = screen_of(mg.step(lecture()), "q", width=40)
    for pair in ("b = 6.8814", "x1 = 2.0", "w1 = -3.0", "x2 = 0.0", "w2 = 1.0"):
        assert pair in out


def test_the_quiz_lists_the_gradients_that_are_known():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    out = io.StringIO()
    QuizShell(mg.quiz(a * b + a), stdin=io.StringIO("1\nl\nq\n"), stdout=out).cmdloop()
    before, after = out.getvalue().split("question 2")
    assert "  v1 = a * b = -6.0\n  L = v1 + a = -4.0   ∂L/∂L = 1.0\n" in before
    assert "  v1 = a * b = -6.0   ∂L/∂v1 = 1.0\n" in after
    assert "  b = -3.0\n" in after


def test_the_terminal_leaves_the_walk_where_it_stands():
    o = lecture()
    s = mg.step(o)
    screen_of(s, "c n", "q")
    assert s.here.input is named(o)["n"]
    assert named(o)["n"].grad == pytest.approx(0.5)


def test_the_step_in_the_terminal_marks_where_it_comes_from_and_goes_to():
    s = mg.step(lecture())
    lines = screen_of(s, "c x1").splitlines()
    assert any(line.startswith("←  x1") for line in lines)
    assert any(line.startswith("→  v1") for line in lines)


def test_every_verb_of_the_help_is_in_the_banner():
    out = screen_of(mg.step(lecture()), "h", width=200)
    banner, help_ = out.splitlines()[1], out.partition("Commands")[2]
    verbs = re.findall(r"^  (\w) ?[^:\n]*: ", help_, re.MULTILINE)
    assert len(verbs) == 11
    assert [verb for verb in verbs if not re.search(rf"(^|, ){verb} ", banner)] == []


def test_the_marks_of_the_table_are_explained_in_the_help():
    out = screen_of(mg.step(lecture()), "h", width=200)
    assert "→ marks the Value of this step; ← marks the input that receives its gradient" in out


def test_verbs_give_way_to_names_in_the_quiz():
    h = mg.Value(2.0, label="h")
    out = io.StringIO()
    terminal = QuizShell(mg.quiz(h * mg.Value(3.0, label="k")), stdin=io.StringIO(), stdout=out)
    terminal.preloop()
    terminal.onecmd("h")
    assert "hint: hint (up to" in out.getvalue().replace("\n", " ")
    assert "Right" in out.getvalue()


def test_a_dumb_terminal_gets_no_colour(monkeypatch):
    class Tty(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Console(Tty()).colour
    monkeypatch.setenv("TERM", "dumb")
    assert not Console(Tty()).colour
    assert not Console(io.StringIO()).colour
