"""What reports are made of, and what writes them: in a terminal, as one HTML page, as Markdown."""
