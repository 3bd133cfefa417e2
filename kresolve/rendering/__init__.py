"""What people and programs are shown; no decisions are made here."""
