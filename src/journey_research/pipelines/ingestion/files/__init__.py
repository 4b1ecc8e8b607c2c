"""Files of every format to rows of text; ``formats`` is the door."""
