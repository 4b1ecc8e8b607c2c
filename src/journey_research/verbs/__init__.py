"""The stages as verbs: a data frame in, a small result object out; no project needed."""
