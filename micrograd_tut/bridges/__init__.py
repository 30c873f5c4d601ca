"""Bridges to PyTorch, ONNX, JavaScript and scikit-learn: the same network and numbers, elsewhere.

In: a network or a Value. Out: what the other library has in its place. Read `pytorch` (networks)
and `tensors` (graphs of Values, on torch tensors), then `comparison`; for training `torch_program`
(an objective on tensors), `workers` (the processes of torchrun) and `torch_engine`; then any other,
each by itself. Nothing below imports them, and each library is imported when it is first used, by
`libraries`.
"""
