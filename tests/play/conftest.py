"""Node with the numeric part of the page's script."""

from __future__ import annotations

from pathlib import Path

import pytest
from playground_node import Node


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path)
