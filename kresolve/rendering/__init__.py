"""Text, terminal, Markdown, HTML and pictures; nothing is decided here."""
