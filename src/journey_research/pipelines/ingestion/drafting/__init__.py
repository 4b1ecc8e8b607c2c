"""The draft of a mapping, made by looking at a file: ``journey map FILE``."""
