"""The words of a mapping and what they mean; ``mapping`` beside this folder puts them together."""
