"""Everything that shows the product without a download: pictures with known truth, and simulated people."""

from annowidgets.demo.auditor import SimulatedAuditor
from annowidgets.demo.cells import generate_cells, write_cells
from annowidgets.demo.film import write_cell_video
from annowidgets.demo.labelers import Question, SimulatedLabeler
from annowidgets.demo.loop import simulate_audit, simulate_labelers
from annowidgets.demo.scan import write_scan
from annowidgets.demo.trainees import simulate_trainees
from annowidgets.demo.truth import HiddenTruth

__all__ = [
    "HiddenTruth",
    "Question",
    "SimulatedAuditor",
    "SimulatedLabeler",
    "generate_cells",
    "simulate_audit",
    "simulate_labelers",
    "simulate_trainees",
    "write_cell_video",
    "write_cells",
    "write_scan",
]
