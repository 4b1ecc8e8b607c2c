"""What the journeys stage found beside what the made-up world planted: one module a room."""
