"""What the journeys stage found in a made-up world, beside what the world knows."""
