# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""A topology as a few arrays, to be copied, mutated and compared in compiled code.

What `operators` does to a `Network`, `apply` does to a `Genome`, and `propose` draws what `proposals` draws, from the
same random numbers in the same order: whoever varies a network, its child is the same.
"""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcmp, memcpy, memmove

from ..activations import NAMES
from ..network import Network

cdef extern from "sources.h":
    const char *fingerprint_of_sources()

#: The fingerprint of what this was compiled from.
SOURCES = fingerprint_of_sources().decode()

cdef dict CODES = {name: code for code, name in enumerate(NAMES)}
cdef list NAMES_BY_CODE = list(NAMES)

#: The kinds of mutation that `propose` draws and `apply` carries out, in the order of their numbers.
KINDS = ("add_connection", "insert_node", "enable_connection", "change_activation", "remove_connection")

cdef enum:
    ADDITION = 0
    INSERTION = 1
    ENABLING = 2
    ACTIVATION = 3
    REMOVAL = 4
    GUESSES = 200  # as in `proposals`


# --- lists and queues of whole numbers

cdef void *resized(void *memory, size_t size) except NULL:
    cdef void *found = realloc(memory, size)
    if found is NULL:
        raise MemoryError()
    return found


cdef int reserve(Lists *lists, int rows, int items) except -1:
    if rows > lists.row_room or lists.starts is NULL:
        lists.starts = <int *> resized(lists.starts, (rows + rows // 4 + 9) * sizeof(int))
        lists.row_room = rows + rows // 4 + 8
    if items > lists.item_room or lists.items is NULL:
        lists.items = <int *> resized(lists.items, (items + items // 4 + 8) * sizeof(int))
        lists.item_room = items + items // 4 + 8
    return 0


cdef void free_lists(Lists *lists) noexcept:
    free(lists.starts)
    free(lists.items)


cdef int copy_lists(Lists *to, Lists *other) except -1:
    cdef int items = other.starts[other.rows]
    reserve(to, other.rows, items)
    memcpy(to.starts, other.starts, (other.rows + 1) * sizeof(int))
    memcpy(to.items, other.items, items * sizeof(int))
    to.rows = other.rows
    return 0


cdef inline int place_of(Lists *lists, int row, int value) noexcept:
    """Where a value stands in the row, or would stand."""
    cdef int low = lists.starts[row], high = lists.starts[row + 1], middle
    while low < high:
        middle = (low + high) // 2
        if lists.items[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


cdef inline bint has(Lists *lists, int row, int value) noexcept:
    cdef int place = place_of(lists, row, value)
    return place < lists.starts[row + 1] and lists.items[place] == value


cdef inline int length(Lists *lists, int row) noexcept:
    return lists.starts[row + 1] - lists.starts[row]


cdef int insert(Lists *lists, int row, int value) except -1:
    cdef int count = lists.starts[lists.rows], place = place_of(lists, row, value), i
    reserve(lists, lists.rows, count + 1)
    memmove(lists.items + place + 1, lists.items + place, (count - place) * sizeof(int))
    lists.items[place] = value
    for i in range(row + 1, lists.rows + 1):
        lists.starts[i] += 1
    return 0


cdef void remove(Lists *lists, int row, int value) noexcept:
    cdef int count = lists.starts[lists.rows], place = place_of(lists, row, value), i
    memmove(lists.items + place, lists.items + place + 1, (count - place - 1) * sizeof(int))
    for i in range(row + 1, lists.rows + 1):
        lists.starts[i] -= 1


cdef int append_row(Lists *lists) except -1:
    reserve(lists, lists.rows + 1, 0)
    lists.rows += 1
    lists.starts[lists.rows] = lists.starts[lists.rows - 1]
    return 0


cdef int row_of(Lists *lists, int item) noexcept:
    """The row that the item at that place is in."""
    cdef int low = 0, high = lists.rows, middle
    while low < high:
        middle = (low + high) // 2
        if lists.starts[middle + 1] <= item:
            low = middle + 1
        else:
            high = middle
    return low


cdef int turned(Lists *to, Lists *lists, int first, int rows) except -1:
    """For each node who listens to it, from what each of those from number `first` on listens to."""
    cdef int items = lists.starts[lists.rows], row, i
    reserve(to, rows, items)
    to.rows = rows
    for row in range(rows + 1):
        to.starts[row] = 0
    for i in range(items):
        to.starts[lists.items[i] + 1] += 1
    for row in range(rows):
        to.starts[row + 1] += to.starts[row]
    # Each row's start moves on as it is filled, to where the next began.
    for row in range(lists.rows):
        for i in range(lists.starts[row], lists.starts[row + 1]):
            to.items[to.starts[lists.items[i]]] = first + row
            to.starts[lists.items[i]] += 1
    for row in range(rows, 0, -1):
        to.starts[row] = to.starts[row - 1]
    to.starts[0] = 0
    return 0


cdef int push(Heap *heap, long long key) except -1:
    cdef int place = heap.size, above
    if heap.size == heap.room:
        heap.keys = <long long *> resized(heap.keys, (2 * heap.room + 16) * sizeof(long long))
        heap.room = 2 * heap.room + 16
    heap.size += 1
    while place:
        above = (place - 1) // 2
        if heap.keys[above] <= key:
            break
        heap.keys[place] = heap.keys[above]
        place = above
    heap.keys[place] = key
    return 0


cdef long long pop(Heap *heap) noexcept:
    """The least of the keys."""
    cdef long long least = heap.keys[0], last
    cdef int place = 0, below = 1
    heap.size -= 1
    last = heap.keys[heap.size]
    while below < heap.size:
        if below + 1 < heap.size and heap.keys[below + 1] < heap.keys[below]:
            below += 1
        if last <= heap.keys[below]:
            break
        heap.keys[place] = heap.keys[below]
        place, below = below, 2 * below + 1
    heap.keys[place] = last
    return least


# --- chance

cdef Dice *dice_of(rng) except NULL:
    """What a numpy generator draws from; it lives as long as the generator."""
    return <Dice *> PyCapsule_GetPointer(rng.bit_generator.capsule, "BitGenerator")


cdef inline int below(int n, Dice *dice) noexcept:
    return <int> (dice.next_double(dice.state) * n)


cdef class Chances:
    """A `variation.Variation` in numbers."""

    def __init__(self, variation):
        self.variation = variation
        self.codes = <int *> resized(self.codes, (1 + len(variation.activations)) * sizeof(int))
        self.limit = -1 if variation.max_connections is None else variation.max_connections
        for kind, rate in variation.rates.items():
            if rate > 0:
                self.kinds[self.n_rates], self.rates[self.n_rates] = KINDS.index(kind), rate
                self.n_rates += 1
        for name in variation.activations:
            self.codes[self.n_codes] = CODES[name]
            self.n_codes += 1
        self.total = sum([self.rates[i] for i in range(self.n_rates)])

    def __dealloc__(self):
        free(self.codes)


# --- the topology

cdef class Genome:
    """A network without its names, and the distinct node that each of its outputs and hidden nodes is."""

    def __dealloc__(self):
        free_lists(&self.sources)
        free_lists(&self.disabled)
        free_lists(&self.targets)
        free_lists(&self.disabled_targets)
        free(self.codes)
        free(self.layers)
        free(self.nodes)
        free(self.touched)
        free(self.unsettled.keys)

    cdef int make_room(self, int rows) except -1:
        if rows > self.room:
            self.codes = <int *> resized(self.codes, (rows + rows // 4 + 4) * sizeof(int))
            self.layers = <int *> resized(self.layers, (rows + rows // 4 + 4) * sizeof(int))
            self.nodes = <int *> resized(self.nodes, (rows + rows // 4 + 4) * sizeof(int))
            self.room = rows + rows // 4 + 4
        return 0

    cdef int copy(self, Genome other) except -1:
        """Become another, with nothing touched."""
        self.make_room(other.n)
        self.first, self.n_outputs, self.n = other.first, other.n_outputs, other.n
        memcpy(self.codes, other.codes, self.n * sizeof(int))
        memcpy(self.layers, other.layers, self.n * sizeof(int))
        memcpy(self.nodes, other.nodes, self.n * sizeof(int))
        copy_lists(&self.sources, &other.sources)
        copy_lists(&self.disabled, &other.disabled)
        copy_lists(&self.targets, &other.targets)
        copy_lists(&self.disabled_targets, &other.disabled_targets)
        self.n_touched = self.unsettled.size = 0
        return 0

    cdef int n_connections(self) noexcept:
        return self.sources.starts[self.n]

    cdef int n_hidden(self) noexcept:
        """How many hidden nodes another listens to."""
        cdef int node, count = 0
        for node in range(self.first + self.n_outputs, self.first + self.n):
            count += length(&self.targets, node) > 0
        return count

    cdef network(self):
        """The same as a `Network`."""
        return Network._trusted(
            n_inputs=self.first - 1,
            n_outputs=self.n_outputs,
            activations=tuple([NAMES_BY_CODE[self.codes[i]] for i in range(self.n)]),
            sources=_sets(&self.sources),
            disabled_sources=_sets(&self.disabled),
            layers=(0,) * self.first + tuple([self.layers[i] for i in range(self.n)]),
            n_connections=self.n_connections(),
        )

    cdef int touch(self, int node) except -1:
        """Note that a node's activation or sources are not those of the one that this was copied from."""
        cdef int i
        for i in range(self.n_touched):
            if self.touched[i] == node:
                return 0
        if self.n_touched == self.touched_room:
            self.touched = <int *> resized(self.touched, (2 * self.touched_room + 16) * sizeof(int))
            self.touched_room = 2 * self.touched_room + 16
        self.touched[self.n_touched] = node
        self.n_touched += 1
        return 0

    cdef int differ_from(self, Genome parent) except -1:
        """Touch every node that differs from the parent's of that number."""
        cdef int i, size, known = min(self.n, parent.n)
        self.n_touched = 0
        for i in range(known):
            size = length(&self.sources, i)
            if (
                self.codes[i] != parent.codes[i]
                or size != length(&parent.sources, i)
                or memcmp(self.sources.items + self.sources.starts[i], parent.sources.items + parent.sources.starts[i],
                          size * sizeof(int))
            ):
                self.touch(self.first + i)
        for i in range(known, self.n):
            self.touch(self.first + i)
        return 0

    cdef int follow(self, network, before) except -1:
        """From the genome of the network `before` become that of one which descends from it; what changed is touched.

        Of the sets of sources most are the very same in both, and are not looked into.
        """
        cdef tuple names = network.activations, old_names = before.activations
        cdef tuple sources = network.sources, old_sources = before.sources
        cdef tuple disabled = network.disabled_sources, old_disabled = before.disabled_sources
        cdef int i, node, known = len(old_names)
        for i in range(len(names)):
            if i >= known:
                self.append_node(CODES[names[i]])
            elif names[i] is not old_names[i] and names[i] != old_names[i]:
                self.codes[i] = CODES[names[i]]
                self.touch(self.first + i)
        for i in range(len(names)):
            node = self.first + i
            if i >= known or sources[i] is not old_sources[i]:
                had = old_sources[i] if i < known else frozenset()
                for source in had - sources[i]:
                    self.disconnect(source, node)
                for source in sources[i] - had:
                    self.connect(source, node)
            if i >= known or disabled[i] is not old_disabled[i]:
                had = old_disabled[i] if i < known else frozenset()
                for source in had - disabled[i]:
                    self.disconnect_disabled(source, node)
                for source in disabled[i] - had:
                    self.connect_disabled(source, node)
        return self.settle()

    # --- what `operators` does

    cdef int apply(self, Change *change) except -1:
        """Carry out a mutation that is known to be possible."""
        cdef int source = change.source, target = change.target, node
        if change.kind == ADDITION:
            self.connect(source, target)
        elif change.kind == INSERTION:
            node = self.append_node(change.code)
            self.disconnect(source, target)
            self.connect_disabled(source, target)
            self.connect(source, node)
            self.connect(node, target)
        elif change.kind == ENABLING:
            self.disconnect_disabled(source, target)
            self.connect(source, target)
        elif change.kind == ACTIVATION:
            self.codes[change.node - self.first] = change.code
            self.touch(change.node)
        else:
            self.disconnect(source, target)
            self.isolate_from(source)
        return self.settle()

    cdef int append_node(self, int code) except -1:
        """A hidden node without connections; its number."""
        self.make_room(self.n + 1)
        self.codes[self.n], self.layers[self.n], self.nodes[self.n] = code, 0, 0
        self.n += 1
        append_row(&self.sources)
        append_row(&self.disabled)
        append_row(&self.targets)
        append_row(&self.disabled_targets)
        self.touch(self.first + self.n - 1)
        return self.first + self.n - 1

    cdef int connect(self, int source, int target) except -1:
        insert(&self.sources, target - self.first, source)
        insert(&self.targets, source, target)
        self.touch(target)
        return self.unsettle(target)

    cdef int disconnect(self, int source, int target) except -1:
        remove(&self.sources, target - self.first, source)
        remove(&self.targets, source, target)
        self.touch(target)
        return self.unsettle(target)

    cdef int connect_disabled(self, int source, int target) except -1:
        insert(&self.disabled, target - self.first, source)
        insert(&self.disabled_targets, source, target)
        return self.unsettle(target)

    cdef int disconnect_disabled(self, int source, int target) except -1:
        remove(&self.disabled, target - self.first, source)
        remove(&self.disabled_targets, source, target)
        return self.unsettle(target)

    cdef int isolate_from(self, int node) except -1:
        """Remove all connections of a hidden node that nothing listens to, and so on with its sources."""
        cdef Heap suspects
        cdef int i, source
        suspects.keys, suspects.size, suspects.room = NULL, 0, 0
        try:
            push(&suspects, node)
            while suspects.size:
                node = <int> pop(&suspects)
                i = node - self.first
                if i < self.n_outputs or length(&self.targets, node):
                    continue
                while length(&self.sources, i):
                    source = self.sources.items[self.sources.starts[i]]
                    self.disconnect(source, node)
                    push(&suspects, source)
                while length(&self.disabled, i):
                    self.disconnect_disabled(self.disabled.items[self.disabled.starts[i]], node)
                while length(&self.disabled_targets, node):
                    self.disconnect_disabled(node, self.disabled_targets.items[self.disabled_targets.starts[node]])
        finally:
            free(suspects.keys)
        return 0

    cdef int settle(self) except -1:
        """Bring the layers up to date, as `draft.Draft` does: only what follows from the changes is looked at."""
        cdef int node, i, k, layer
        while self.unsettled.size:
            node = <int> (pop(&self.unsettled) & 0xFFFFFFFF)
            i = node - self.first
            layer = 0
            for k in range(self.sources.starts[i], self.sources.starts[i + 1]):
                layer = max(layer, 1 + self.layer_of(self.sources.items[k]))
            for k in range(self.disabled.starts[i], self.disabled.starts[i + 1]):
                layer = max(layer, 1 + self.layer_of(self.disabled.items[k]))
            if layer != self.layers[i]:
                self.layers[i] = layer
                for k in range(self.targets.starts[node], self.targets.starts[node + 1]):
                    self.unsettle(self.targets.items[k])
                for k in range(self.disabled_targets.starts[node], self.disabled_targets.starts[node + 1]):
                    self.unsettle(self.disabled_targets.items[k])
        return 0

    cdef int unsettle(self, int node) except -1:
        return push(&self.unsettled, (<long long> self.layers[node - self.first] << 32) | node)

    cdef int layer_of(self, int node) noexcept:
        return 0 if node < self.first else self.layers[node - self.first]

    # --- what `mutation` and `proposals` draw

    cdef int vary(self, Chances chances, Dice *dice, Change *changes) except -1:
        """As `variation.Variation.varied`; how many mutations it was."""
        cdef int count = 0
        cdef Change *change = changes
        if chances.limit >= 0 and self.n_connections() >= chances.limit:
            # A kind is drawn there too, though there is but one.
            dice.next_double(dice.state)
            if not self.propose(REMOVAL, chances, dice, change):
                raise ValueError("none of remove_connection can change this network: allow another kind of mutation")
            self.apply(change)
            count, change = 1, changes + 1
        self.mutate(chances, dice, change)
        return count + 1

    cdef int mutate(self, Chances chances, Dice *dice, Change *change) except -1:
        cdef int kinds[8]
        cdef double rates[8]
        cdef int left = chances.n_rates, k, chosen = 0
        cdef double total = chances.total, point
        for k in range(left):
            kinds[k], rates[k] = chances.kinds[k], chances.rates[k]
        while left:
            point = dice.next_double(dice.state) * total
            for k in range(left):
                chosen = k
                point -= rates[k]
                if point < 0:
                    break
            if self.propose(kinds[chosen], chances, dice, change):
                return self.apply(change)
            left -= 1
            for k in range(chosen, left):
                kinds[k], rates[k] = kinds[k + 1], rates[k + 1]
            total = sum([rates[k] for k in range(left)])  # Python's, which may round otherwise than a loop here
        raise ValueError(
            f"none of {', '.join(chances.variation.rates)} can change this network: allow another kind of mutation"
        )

    cdef bint propose(self, int kind, Chances chances, Dice *dice, Change *change) except -1:
        """Whether a mutation of this kind was found."""
        cdef Lists *lists
        cdef int k
        change.kind = kind
        change.source = change.target = change.node = change.code = -1
        if kind == ADDITION:
            return self.propose_addition(dice, change)
        if kind == ACTIVATION:
            return self.propose_activation(chances, dice, change)
        if kind == REMOVAL:
            return self.propose_removal(dice, change)
        lists = &self.sources if kind == INSERTION else &self.disabled
        k = below(lists.starts[self.n], dice)
        if kind == INSERTION:
            change.node, change.code = self.first + self.n, chances.codes[below(chances.n_codes, dice)]
        if not lists.starts[self.n]:
            return False
        change.source, change.target = lists.items[k], self.first + row_of(lists, k)
        return True

    cdef bint may_connect(self, int source, int target) noexcept:
        cdef int i = target - self.first
        return (
            (i < self.n_outputs or self.layer_of(source) < self.layers[i])
            and (source < self.first or length(&self.sources, source - self.first) > 0)
            and (i < self.n_outputs or length(&self.targets, target) > 0)
            and not has(&self.sources, i, source)
            and not has(&self.disabled, i, source)
        )

    cdef bint propose_addition(self, Dice *dice, Change *change) except -1:
        cdef int sources = self.first + self.n - self.n_outputs, guess, source, target, k, possible = 0, wanted = -1
        for guess in range(GUESSES):
            source = below(sources, dice)
            if source >= self.first:
                source += self.n_outputs
            target = self.first + below(self.n, dice)
            if self.may_connect(source, target):
                change.source, change.target = source, target
                return True
        # All there are: counted first, then counted to the one that is drawn.
        while True:
            k = 0
            for source in range(self.first + self.n):
                if source >= self.first and source < self.first + self.n_outputs:
                    continue
                for target in range(self.first, self.first + self.n):
                    if self.may_connect(source, target):
                        if k == wanted:
                            change.source, change.target = source, target
                            return True
                        k += 1
            if not k:
                return False
            wanted = below(k, dice)

    cdef bint propose_activation(self, Chances chances, Dice *dice, Change *change) except -1:
        cdef int hidden = self.n - self.n_outputs, guess, node, k, wanted = -1, found = -1
        if not hidden:
            return False
        for guess in range(GUESSES):
            node = self.first + self.n_outputs + below(hidden, dice)
            if length(&self.targets, node) and self.others(node, chances):
                found = node
                break
        while found < 0:
            k = 0
            for node in range(self.first + self.n_outputs, self.first + self.n):
                if length(&self.targets, node) and self.others(node, chances):
                    if k == wanted:
                        found = node
                        break
                    k += 1
            if found < 0 and not k:
                return False
            if found < 0:
                wanted = below(k, dice)
        wanted = below(self.others(found, chances), dice)
        for k in range(chances.n_codes):
            if chances.codes[k] != self.codes[found - self.first]:
                if not wanted:
                    change.node, change.code = found, chances.codes[k]
                    return True
                wanted -= 1
        return False

    cdef int others(self, int node, Chances chances) noexcept:
        """How many of the activations are not the node's."""
        cdef int k, count = 0
        for k in range(chances.n_codes):
            count += chances.codes[k] != self.codes[node - self.first]
        return count

    cdef bint propose_removal(self, Dice *dice, Change *change) except -1:
        cdef int i, k, count = 0
        for i in range(self.n):
            if i < self.n_outputs or length(&self.sources, i) > 1:
                count += length(&self.sources, i)
        k = below(count, dice)
        for i in range(self.n):
            if i < self.n_outputs or length(&self.sources, i) > 1:
                if k < length(&self.sources, i):
                    change.source, change.target = self.sources.items[self.sources.starts[i] + k], self.first + i
                    return True
                k -= length(&self.sources, i)
        return False


cdef tuple _sets(Lists *lists):
    return tuple([
        frozenset([lists.items[k] for k in range(lists.starts[row], lists.starts[row + 1])])
        for row in range(lists.rows)
    ])


cdef int _fill(Lists *lists, tuple sets) except -1:
    cdef int count = 0
    reserve(lists, len(sets), sum(map(len, sets)))
    lists.rows = 0
    lists.starts[0] = 0
    for its in sets:
        for source in sorted(its):
            lists.items[count] = source
            count += 1
        lists.rows += 1
        lists.starts[lists.rows] = count
    return 0


cdef Genome genome_of(network):
    """A network's genome; its distinct nodes are not known yet."""
    cdef Genome genome = Genome()
    cdef tuple layers = network.layers
    cdef int i
    genome.first, genome.n_outputs, genome.n = network.first, network.n_outputs, len(network.activations)
    genome.valid = -1
    genome.make_room(genome.n)
    for i in range(genome.n):
        genome.codes[i], genome.layers[i] = CODES[network.activations[i]], layers[genome.first + i]
        genome.nodes[i] = -1
    _fill(&genome.sources, network.sources)
    _fill(&genome.disabled, network.disabled_sources)
    turned(&genome.targets, &genome.sources, genome.first, genome.first + genome.n)
    turned(&genome.disabled_targets, &genome.disabled, genome.first, genome.first + genome.n)
    return genome
