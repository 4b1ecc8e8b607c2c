"""People look at two records and say whether they are one person; what they say is a file."""
