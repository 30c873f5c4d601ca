"""Widgets for notebooks: a training run that is shown while it runs, and a stepper with buttons.

`watch` makes them. They need anywidget (the extra "widgets"), and work in JupyterLab, in marimo and
wherever else anywidget does. All pictures are drawn by Python; the scripts only show them.

Read `live` first, what both share; then `live_training` with its `plane` of two inputs, and
`live_stepper` with its `step_picture`.
"""
