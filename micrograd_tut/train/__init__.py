"""Training: losses, optimizers, schedules, metrics, `fit`, and `diagnose`.

In: a model of `nn`, rows of numbers and targets. Out: the same model with trained parameters, and
a `History`. Read `losses`, `objective` and `optim` first; then `examples` (checked input),
`backends` (gradients of a batch), `trainer` (the loop), `setup` (its settings, checked) and `fit`
(its public form; as a method in `methods`). After it: `history`, `metrics`, `schedules`, `weights`,
`health`, `verdicts`. Around it: `data` and `csv_file` load data sets (`text_file` and `dialect`
recognise how a table is written, `table` reads it, `cells` and `columns` turn it into numbers),
`preprocessing` scales them, `state_dict` and `checkpoint` save models, `experiment` and `report`
serve the command line.
"""
