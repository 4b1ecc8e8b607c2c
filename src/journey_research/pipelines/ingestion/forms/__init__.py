"""Values in one form: times, numbers, names, addresses, codes."""
