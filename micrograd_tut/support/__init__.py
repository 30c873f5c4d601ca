"""What every level uses: checked arguments, text tables, atomic files, modes of a block of code."""
