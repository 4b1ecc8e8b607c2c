"""What should a reader take away?"""
