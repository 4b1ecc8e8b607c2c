"""What do we do about it, at what cost and value?"""
