"""What can be done with a recorded graph.

In: a Value, the output of a graph. Out: another graph, names, or a check. Each file stands alone:
`expand` (list nodes and edges, rewrite into simpler operations), `copying` (copy and pickle),
`naming` (names for people), `gradient_check`; `debug` and `no_grad` change what is recorded.
"""
