"""The largest sizes that are accepted, so that a typing error or a forged file is refused at once.

They are generous: what they allow fits in 2 GB of memory.
"""

PARAMETERS = 10_000_000
"""Numbers in a file of weights. As a Value, each takes about 200 bytes."""

NETWORK = 1_000_000
"""Parameters of a network that the command makes."""

UNPACKED = 500_000_000
"""Bytes of a compressed table when it is unpacked."""

LAYERS = 100
"""Layers of a network that the command makes."""

EPOCHS = 1_000_000
"""Epochs of a training run of the command."""

EXERCISES = 1_000
"""Exercises on a worksheet."""

EXPRESSION = 200_000
"""Characters of a typed expression."""

EXPRESSION_INPUTS = 1_000_000
"""Inputs of the operations in a typed expression, all together."""

SEED = 2**32 - 1
"""The largest random seed; NumPy takes no larger one."""

INTEGER = 10**9
"""The largest integer of any other option of the command."""
