"""What can be done with a recorded graph.

In: a Value, the output of a graph. Out: another graph, names, or a check. Each file stands alone:
`expand` (list nodes and edges, rewrite into simpler operations), `copying` (copy and pickle),
`debug` (remember lines of code), `naming` (names for people), `derivatives`, `gradient_check`.
"""
