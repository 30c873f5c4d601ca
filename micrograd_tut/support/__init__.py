"""What every other part uses, and what knows nothing of Values.

`validation` (checked arguments), `numbers` (numbers as text), `text` (tables), `files` (atomic
writing), `modes` (context managers for a thread or task). Each file stands alone.
"""
