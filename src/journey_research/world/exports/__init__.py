"""What the vendors' systems export about the made-up people, file by file; ``exporters`` lists them."""
