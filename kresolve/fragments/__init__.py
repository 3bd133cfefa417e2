"""What people do with fragments: check, lint, merge and migrate them, and keep Kata's."""
