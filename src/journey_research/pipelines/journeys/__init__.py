"""Which touches belong to one effort?"""
