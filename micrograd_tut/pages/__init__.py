"""HTML pages that need nothing else: neither a network nor a server.

What every page of the package has in common is here: its policy, its style and the first part of
its script.
"""
