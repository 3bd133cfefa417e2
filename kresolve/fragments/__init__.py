"""Work with fragments: check, lint, fix, merge and migrate them."""
