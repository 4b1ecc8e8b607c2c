"""The made-up people and all that they do and are sent, block by block; begin with ``living``."""
