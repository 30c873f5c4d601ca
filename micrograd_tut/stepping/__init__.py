"""Backprop one product at a time: at the prompt, in the terminal, on a page, and as a quiz.

Read `walk.py` first: it lists the steps, which is pure, and walks over them. `explain.py` puts a
step into names and numbers. The others show that to somebody: `terminal.py`, `page.py`; or ask
for it: `exercises.py`, `quiz.py`, `diagnose.py`, `worksheet.py`.
"""
