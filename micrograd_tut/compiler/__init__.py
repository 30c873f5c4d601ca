"""Compile a recorded scalar graph into readable NumPy code.

In: a function of scalars. Out: a `Compiled`, which runs it and its gradient on batches.

Read in this order. `tracer` runs the function on tracers; `scalar_graph` numbers its nodes;
`weighted_sums` finds neurons; `vectorize` groups similar nodes into the arrays of `array_graph`
(with `simplify` and `numpy_kernels`); `differentiate` adds the backward pass (with `forms`);
`statements` chooses what gets a statement (with `numpy_expr` and `identifiers`); `numpy_codegen`
writes NumPy code, and `loop_codegen` loops, which `numba_backend` compiles and `javascript_codegen`
(with `javascript_writer`) writes in JavaScript, as `javascript_operations` does with single
operations; `program` keeps the code, which functions of the
same structure share; `executor` runs it; `api` is what users call.
"""

from micrograd_tut.compiler.api import Compiled, compile

__all__ = ["Compiled", "compile"]
