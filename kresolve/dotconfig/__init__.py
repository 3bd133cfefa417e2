"""Fragments and ``.config`` files: their lines, packed files, kernel images."""
