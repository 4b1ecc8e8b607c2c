"""What the business is after: its goals, its grain, its figures and its calendar. Opens nothing."""
