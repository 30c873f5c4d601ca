"""Further engines for ``fit(compiled=...)``, by name; each is imported when it is first used."""

from __future__ import annotations

ENGINES: dict[str, str] = {}
"""By name, the module whose function ``backend(objective, data, dtype)`` makes a `Backend`. The
package adds those of `bridges`, because `train` imports nothing of them."""
