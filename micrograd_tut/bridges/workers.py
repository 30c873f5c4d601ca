"""The processes of a run that ``torchrun`` has started, each with a share of every batch."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from micrograd_tut.bridges.libraries import torch
from micrograd_tut.errors import WorkerError

Tensor = Any


class Workers:
    """The processes of this run: one, unless ``torchrun`` has started several.

    Attributes:
        rank: The number of this process, from 0.
        count: The number of processes.
        device: The device that this process computes on: its own GPU, if there is one.
    """

    def __init__(self) -> None:
        self.rank, self.count = rank(), int(os.environ.get("WORLD_SIZE", "1"))
        gpu = torch.cuda.is_available()
        place = int(os.environ.get("LOCAL_RANK", "0"))
        self.device = torch.device("cuda", place) if gpu else torch.device("cpu")
        if gpu:
            torch.cuda.set_device(self.device)
        if self.count > 1 and not torch.distributed.is_initialized():
            torch.distributed.init_process_group("nccl" if gpu else "gloo")
            atexit.register(torch.distributed.destroy_process_group)

    def share(self, start: int, stop: int) -> slice:
        """The part of a range of rows that this process computes; the shares differ by one row."""
        size, rest = divmod(stop - start, self.count)
        first = start + self.rank * size + min(self.rank, rest)
        return slice(first, first + size + (self.rank < rest))

    def add_up(self, tensor: Tensor) -> Tensor:
        """The sum of a tensor over all processes, in place.

        Raises:
            WorkerError: another process has ended.
        """
        if self.count > 1:
            with _explained():
                torch.distributed.all_reduce(tensor)
        return tensor

    def agree_on(self, tensor: Tensor) -> Tensor:
        """The tensor of the first process, in place.

        Raises:
            WorkerError: another process has ended.
        """
        if self.count > 1:
            with _explained():
                torch.distributed.broadcast(tensor, 0)
        return tensor


def rank() -> int:
    """The number of this process in its run, from 0."""
    return int(os.environ.get("RANK", "0"))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise WorkerError(
            "another process of the run has ended, so this one stops too; start the run again, "
            "with resume=True (--resume) if it keeps a checkpoint"
        ) from error
