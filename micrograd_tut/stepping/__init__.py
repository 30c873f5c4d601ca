"""Backprop one product at a time: at the prompt, in the terminal, on a page, as a quiz, on paper.

In: a Value with its graph. Out: the steps of its forward and backward pass, shown or asked for.
Read `naming` and `formula_text`, then `walk` (the list of steps) and `walkthrough` (moving along
it), whose wording is in `sentences`; `stepper` adds the views `step_shell` and `page`. `page_data`,
`page_picture` and `page_operations` write what the files in `script` show, with `hints`: `walk.js`
makes the steps again when a leaf is changed. `questions` and `mistakes` make the quiz, which
`quiz`, `quiz_shell` and `quiz_page` show; `exercises` and `worksheet` are for teachers, `nudge`
alone.
"""
