"""``python -m micrograd_tut`` is the command ``micrograd-tut``."""

import sys

from micrograd_tut.cli import main

if __name__ == "__main__":
    sys.exit(main())
