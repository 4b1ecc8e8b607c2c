"""Pseudonyms, and words from which people's values are taken out."""
