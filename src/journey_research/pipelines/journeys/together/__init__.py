"""What channels have to do with one another, and how far persons carry each other."""
