"""What each kind of contact is for, which channels carry it, and what people were told in them."""
