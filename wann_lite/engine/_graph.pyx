# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False
"""`graph.Graph` with its most frequent step in compiled code; it gives the very same numbers and steps."""

from bisect import bisect_left, insort
from heapq import heapify, heappop, heappush

from .graph import DistinctNode
from .graph import Graph as PlainGraph
from .plan import Plan, Step


class Graph(PlainGraph):
    """As `wann_lite.engine.graph.Graph`."""

    def express_child(self, child, parent, parent_numbers):
        """As `wann_lite.engine.graph.Graph.express_child`, where it is explained."""
        return _express_child(self, child, parent, parent_numbers)

    def plan(self, key, numbers, parent_numbers, steps, held, names):
        """As `wann_lite.engine.graph.Graph.plan`, where it is explained."""
        return _plan(key, numbers, parent_numbers, steps, held, names, self.n_outputs)


cdef object _plan(
    key, tuple numbers, tuple parent_numbers, dict steps, set held, tuple names, Py_ssize_t n_outputs
):
    cdef list needed = [], changed = []
    cdef Py_ssize_t o
    for number, step in steps.items():
        if number not in held:
            needed.append(step)
    for o in range(n_outputs):
        if numbers[o] != parent_numbers[o]:
            changed.append((o, numbers[o], names[o]))
    return Plan(key, tuple(needed), tuple(changed))


cdef inline object _number_of(object source, Py_ssize_t first, list numbers):
    cdef Py_ssize_t number = source
    return source if number < first else numbers[number - first]


cdef tuple _express_child(graph, child, parent, tuple parent_numbers):
    cdef Py_ssize_t first = graph.first, n_outputs = graph.n_outputs, node, i
    cdef tuple names = child.activations, old_names = parent.activations
    cdef tuple sources = child.sources, old_sources = parent.sources
    cdef tuple layers = child.layers, targets = parent.targets, everything
    cdef Py_ssize_t n = len(sources), known = len(old_sources)
    cdef list old_numbers = list(parent_numbers), numbers, queue = [], plus, minus, changed
    cdef dict nodes = graph.nodes, by_content = graph._numbers, steps = {}
    cdef set queued, replaced = set()
    cdef bint is_output, thin, from_scratch
    numbers = old_numbers + [0] * (n - known)
    for i in range(n):
        if i >= known or sources[i] is not old_sources[i] or names[i] is not old_names[i]:
            queue.append((layers[first + i], first + i))
    queued = {entry[1] for entry in queue}
    heapify(queue)
    while queue:
        node = heappop(queue)[1]
        i = node - first
        is_output = i < n_outputs
        plus, minus = [], []
        if i < known:
            old = old_numbers[i]
            gained, lost = sources[i] - old_sources[i], old_sources[i] - sources[i]
            if replaced:
                kept = replaced & sources[i] & old_sources[i]
                gained, lost = gained | kept, lost | kept
            for source in gained:
                plus.append(_number_of(source, first, numbers))
            for source in lost:
                minus.append(_number_of(source, first, old_numbers))
            plus.sort()
            minus.sort()
            changed = list(nodes[old].sources)
            for number in minus:
                del changed[bisect_left(changed, number)]
            for number in plus:
                insort(changed, number)
        else:
            old = None
            changed = [_number_of(source, first, numbers) for source in sources[i]]
            changed.sort()
        everything = tuple(changed)
        key = (names[i], is_output, everything)
        new = by_content.get(key)
        if new is None:
            new = by_content[key] = graph._next
            graph._next = new + 1
            thin = not changed or changed[len(changed) - 1] < first
            nodes[new] = DistinctNode(names[i], everything, is_output, thin, old)
        numbers[i] = new
        if new == old:
            continue
        thin = nodes[new].thin
        from_scratch = (
            old is None or len(plus) + len(minus) >= len(everything) or (thin and not nodes[old].thin)
        )
        if from_scratch:
            steps[new] = Step(new, names[i], is_output, thin, None, everything, ())
        else:
            steps[new] = Step(new, names[i], is_output, thin, old, tuple(plus), tuple(minus))
        if i < known:
            replaced.add(node)
            for listener in targets[node]:
                if listener not in queued:
                    queued.add(listener)
                    heappush(queue, (layers[listener], listener))
    return tuple(numbers), steps
