"""What did each source say, and what could not be read?"""
