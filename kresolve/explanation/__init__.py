"""Why values are what they are: derivations as data, reductions of them, reasons as sentences."""
