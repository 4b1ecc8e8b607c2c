"""The matcher: which pairs of records are one person, by columns of values; knows arrays and no tables."""
