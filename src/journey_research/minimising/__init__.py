"""Which mapped fields are used by anything, and which need not be read at all. Reads code, never data."""
