"""Bridges to PyTorch, ONNX, JavaScript and scikit-learn: the same network and numbers, elsewhere.

In: a network or a Value. Out: what the other library has in its place. Read `pytorch` (networks)
and `tensors` (graphs of Values, on torch tensors), then `comparison`. Nothing below imports them,
and each library is imported by `libraries` when it is first used.
"""
