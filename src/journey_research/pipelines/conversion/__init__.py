"""What did we know then, and what happened next?"""
