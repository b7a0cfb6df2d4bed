"""A simulated auditor, who knows the truth and grades by a policy that can be stated in three lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from annowidgets.labels import Label, Labels, Ontology

if TYPE_CHECKING:
    import pandas as pd

# Thresholds allow for the last digit of a computed figure.
_SLACK = 1e-9


class Verdict(NamedTuple):
    """A grade with what it needs: the arguments of `Audit.grade`.

    Attributes
    ----------
    grade : {"approve", "fix", "reject"}
        The grade.
    labels : sequence of Label, or None
        With "fix", as they should be.
    reason : str or None
        With "reject".
    """

    grade: Literal["approve", "fix", "reject"]
    labels: Sequence[Label] | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class SimulatedAuditor:
    """Grades an attempt against the truth. A true object is found where a label of its class matches it.

    - approve: everything is found, every match reaches ``approve_from``, and there is no label too many;
    - reject: less than ``reject_below`` of the objects is found;
    - fix, with the true boxes: everything else.

    Attributes
    ----------
    approve_from : float
        IoU that a box must reach to be left as it is, 0 to 1.
    found_from : float
        IoU from which a match counts as found, 0 to 1.
    reject_below : float
        Share of found objects, 0 to 1.
    """

    approve_from: float = 0.75
    found_from: float = 0.3
    reject_below: float = 0.5

    def judge(
        self, truth: Sequence[Label], labels: Labels, *, ontology: Ontology, frame_size: tuple[int, int]
    ) -> Verdict:
        """Grade an attempt.

        Parameters
        ----------
        truth : sequence of Label
            As it should be.
        labels : sequence of Label and Answer
            As submitted.
        ontology : Ontology
            Of both.
        frame_size : (height, width)
            In pixels.
        """
        from annowidgets import benchmark

        pairs = benchmark.measure(truth, labels, ontology=ontology, frame_size=frame_size).to_frame()
        right = (pairs["kind"] == "matched") & (pairs["benchmark_category"] == pairs["trainee_category"])
        if bool((right & self._reaches(pairs, self.approve_from)).all()):
            return Verdict("approve")
        found = int((right & self._reaches(pairs, self.found_from)).sum())
        if found < self.reject_below * len(truth) - _SLACK:
            return Verdict("reject", reason=f"Only {found} of {len(truth)} are found.")
        return Verdict("fix", labels=truth)

    @staticmethod
    def _reaches(pairs: pd.DataFrame, threshold: float) -> pd.Series[bool]:
        return pairs["similarity"] >= threshold - _SLACK
