"""What the journeys stage finds in a made-up world, held against what was planted there."""
