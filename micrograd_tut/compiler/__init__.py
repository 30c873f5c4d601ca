"""A recorded scalar graph as a readable NumPy program.

In the order in which it happens: `trace` runs a function on stand-ins; `scalars` numbers its
nodes; `vectorize` puts like nodes into `arrays` (`folding` drops what needs no statement);
`differentiate` adds the backward pass; `source` writes it down as NumPy, with `formulas` and
`naming`; `loops` writes it as loops, which `native` compiles; `program` runs it, and `compiled`
is what one calls.
"""

from micrograd_tut.compiler.api import Compiled, compile

__all__ = ["Compiled", "compile"]
