"""The largest sizes that are accepted, so that a typing error or a forged file is refused at once.

They are generous: what they allow takes at most a few minutes, and 2 GB of memory.
"""

PARAMETERS = 10_000_000
"""Numbers in a file of weights. A parameter takes about 200 bytes as a Value."""
