"""Where runs lie, what they say of themselves, and how one is made again."""
