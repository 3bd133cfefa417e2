"""The encoding: what conf computes, as clauses for the solver."""

from kresolve.encoding.circuit import FALSE, TRUE, AndGates, Circuit, Reason, Tristate, clauses_of
from kresolve.encoding.open_encoding import Definition, OpenEncoding
from kresolve.encoding.rules import Encoding
from kresolve.encoding.simulation import SimulatedValues, Simulation, cofactor
from kresolve.encoding.user_input import (
    CandidateInput,
    CandidateLines,
    ConcreteInput,
    SymbolicInput,
)

__all__ = [
    "FALSE",
    "TRUE",
    "AndGates",
    "CandidateInput",
    "CandidateLines",
    "Circuit",
    "ConcreteInput",
    "Definition",
    "Encoding",
    "OpenEncoding",
    "Reason",
    "SimulatedValues",
    "Simulation",
    "SymbolicInput",
    "Tristate",
    "clauses_of",
    "cofactor",
]
