"""A page on which a network trains, with no Python on the machine of the reader.

In: an MLP and examples. Out: one HTML file. Read `page` first; `problem` checks the network and the
examples and writes them as data, `programs` compiles the loss and the optimizers to JavaScript,
`preview` draws the examples for readers without scripts, `formula` makes examples of a formula. The
files in `script` are the page: `training.js` does what `fit` does, with the random numbers of
`python_random.js` and `numpy_random.js`; `state.js` holds what is shown, `loop.js` trains and
draws, and `controls.js` listens.
"""

from micrograd_tut.play.page import Playground as Playground, playground as playground
