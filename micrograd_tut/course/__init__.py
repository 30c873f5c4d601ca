"""The knowledge checks of the course: on the site, in the terminal and on paper.

In: the plain-text questions in ``checks/``, a TOML file for each lesson and one for the whole
course, and the misconceptions that wrong answers stand for. Reading order:

- `check.py`: what a question is, and what an answer to it is worth
- `source.py`: the questions, read from the files
- `pictures.py`: what a question shows, as SVG and as text
- `markup.py`, `sheet.py`: a question as HTML, and a worksheet of them with its key
- `progress.py`, `learn_shell.py`, `certificate.py`: ``micrograd-tut learn``
"""
