"""One-to-one matching of benchmark and trainee labels with the largest total weight."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from annowidgets.benchmark.arrays import Bools, Floats, Ints, compacted

# From this many cells on, a matrix of which most cells are empty is solved as a sparse one.
_SPARSE_FROM = 10_000

# Weights are counted in units of the ninth decimal: whole numbers, so that sums are exact and a tie is a tie.
_UNITS = 1e9


class Edges(NamedTuple):
    """Pairs that may be matched.

    Attributes
    ----------
    a, b : array of shape (n,)
        Rows of the benchmark's and the trainee's labels.
    weight : array of shape (n,)
        Greater than 0, in whole units of 1e-9.
    """

    a: Ints
    b: Ints
    weight: Floats

    def at(self, rows: Ints | Bools) -> Edges:
        """Some of the pairs."""
        return Edges(self.a[rows], self.b[rows], self.weight[rows])


def weigh(similarity: Floats, same_category: Bools, agreement: Floats) -> Floats:
    """Weight of pairs in the matching, in whole units of 1e-9.

    Parameters
    ----------
    similarity : array of shape (n,)
        0 to 1.
    same_category : array of bool of shape (n,)
    agreement : array of shape (n,)
        Share of attributes that agree, NaN where neither side answered any.

    Returns
    -------
    array of shape (n,)
        ``similarity * f``: f is 1 for different categories, 2.01 + 0.01 * agreement for the same.
    """
    factor = np.where(same_category, 2.01 + 0.01 * np.where(np.isnan(agreement), 1.0, agreement), 1.0)
    return np.rint(similarity * factor * _UNITS)


def match(edges: Edges, rank: Callable[[Ints], Any]) -> Ints:
    """The pairs of the matching with the largest total weight.

    Parameters
    ----------
    edges : Edges
        Each pair once.
    rank : callable
        Given rows of labels that stand in the same heap and on the same side, the order in which they are taken: an
        array of positions, that depends on what the labels are and not on how they are listed. Asked only where there
        is a choice.

    Returns
    -------
    array of int
        Positions of the chosen pairs in ``edges``, ascending.

    Notes
    -----
    Labels fall into heaps that no pair connects, and each heap is solved by itself (linear sum assignment, Crouse
    2016), so that labels elsewhere decide no tie. A pair that outweighs the best others of both its labels together is
    in every solution; most heaps dissolve that way.
    """
    left = np.flatnonzero(edges.weight > 0)
    chosen = [np.empty(0, np.int64)]
    while left.size:
        certain = left[_certain(edges.at(left))]
        if not certain.size:
            break
        chosen.append(certain)
        taken_a, taken_b = np.isin(edges.a[left], edges.a[certain]), np.isin(edges.b[left], edges.b[certain])
        left = left[~taken_a & ~taken_b]
    if left.size:
        chosen += [own[_solve(edges.at(own), rank)] for own in _heaps(edges, left)]
    return np.sort(np.concatenate(chosen))


def _heaps(edges: Edges, left: Ints) -> list[Ints]:
    """The pairs that are left, by heaps that no pair connects."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows_a, node_a = compacted(edges.a[left])
    rows_b, node_b = compacted(edges.b[left])
    n = rows_a.size + rows_b.size
    graph = coo_array((np.ones(left.size, np.int8), (node_a, node_b + rows_a.size)), shape=(n, n))
    heap = connected_components(graph, directed=False)[1][node_a]
    order = np.argsort(heap, kind="stable")
    starts = np.flatnonzero(np.diff(heap[order], prepend=-1))
    return np.split(left[order], starts[1:])


def _certain(edges: Edges) -> Ints:
    """Pairs that weigh more than the best other pair of their one label and of their other label together."""
    best_other = _best_other(edges.a, edges.weight) + _best_other(edges.b, edges.weight)
    return np.flatnonzero(edges.weight > best_other)


def _best_other(owner: Ints, weight: Floats) -> Floats:
    """For each pair the largest weight among the other pairs of the same label; 0 where there is none."""
    number = int(owner.max()) + 1
    best = np.zeros(number)
    np.maximum.at(best, owner, weight)
    is_best = weight == best[owner]
    # Of several best ones each has another as good.
    second = np.where(np.bincount(owner[is_best], minlength=number) > 1, best, 0.0)
    np.maximum.at(second, owner[~is_best], weight[~is_best])
    return np.where(is_best, second[owner], best[owner])


def _solve(edges: Edges, rank: Callable[[Ints], Any]) -> Ints:
    """Positions of the chosen pairs of one heap."""
    line, lines = _ranked(edges.a, rank)
    column, columns = _ranked(edges.b, rank)
    cells = lines * columns
    solve = _solve_sparse if cells > _SPARSE_FROM and 2 * line.size < cells else _solve_dense
    solved_lines, solved_columns = solve(line, column, edges.weight, (lines, columns))
    of_line = np.full(lines, -1)
    of_line[solved_lines] = solved_columns
    # Labels that stay alone are given each other too, which are no pairs.
    return np.flatnonzero(of_line[line] == column)


def _ranked(labels: Ints, rank: Callable[[Ints], Any]) -> tuple[Ints, int]:
    """For each pair the place of its label in the order of labels, and how many labels there are."""
    different, place = compacted(labels)
    ranked: Ints = rank(different)[place]
    return ranked, different.size


def _solve_dense(line: Ints, column: Ints, weight: Floats, shape: tuple[int, int]) -> tuple[Ints, Ints]:
    from scipy.optimize import linear_sum_assignment

    weights = np.zeros(shape)
    weights[line, column] = weight
    solved: tuple[Ints, Ints] = linear_sum_assignment(weights, maximize=True)
    return solved


def _solve_sparse(line: Ints, column: Ints, weight: Floats, shape: tuple[int, int]) -> tuple[Ints, Ints]:
    """The same by Jonker and Volgenant's algorithm for sparse matrices; each line may stay alone at no gain."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    lines, columns = shape
    every = np.arange(lines)
    # Costs above 0, because a sparse matrix takes a 0 for no pair. All lines are matched, so the shift decides nothing.
    highest = weight.max() + 1
    costs = np.concatenate([highest - weight, np.full(lines, highest)])
    places = np.concatenate([line, every]), np.concatenate([column, columns + every])
    solved: tuple[Ints, Ints] = min_weight_full_bipartite_matching(
        coo_array((costs, places), shape=(lines, columns + lines)).tocsr()
    )
    return solved
