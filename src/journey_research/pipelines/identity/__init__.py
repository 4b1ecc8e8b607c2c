"""Which source records are one person?"""
