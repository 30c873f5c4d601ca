"""What every other part uses, each file on its own.

`validation` (user settings), `numbers` and `text` (how they print), `files` (atomic writing),
`cache` (the private folder for machine code), `limits` (the largest sizes), `modes` (context
managers for a thread or task).
"""
