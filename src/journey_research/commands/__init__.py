"""What ``journey`` does in a project: a module for each command, as ``verbs`` has one for each verb."""
