"""Everything that shows the product without a download: pictures of cells with known truth, and simulated people."""

from annowidgets.demo.auditor import SimulatedAuditor
from annowidgets.demo.cells import generate_cells, write_cells
from annowidgets.demo.labelers import Question, SimulatedLabeler
from annowidgets.demo.loop import simulate_audit, simulate_labelers
from annowidgets.demo.truth import HiddenTruth

__all__ = [
    "HiddenTruth",
    "Question",
    "SimulatedAuditor",
    "SimulatedLabeler",
    "generate_cells",
    "simulate_audit",
    "simulate_labelers",
    "write_cells",
]
