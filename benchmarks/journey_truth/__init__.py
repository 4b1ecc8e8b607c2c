"""What the journeys stage finds in the made-up world, beside what was planted there."""
