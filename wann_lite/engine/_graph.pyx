# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, cdivision=True
"""`kinship.Kinship` in compiled code: the same networks, of the same distinct nodes, with the same numbers.

A child is a record - its parent's genome and what was done to it - until it is held or somebody looks at its network:
most are evaluated once and never seen again. What a shard must do is written down as a `Program`, in which each
distinct node goes by its place in the table here.
"""

from libc.stdint cimport uint64_t
from libc.stdlib cimport free, malloc, realloc
from libc.string cimport memcmp, memcpy, memset

import numpy as np

from ..activations import NAMES
from ..mutation import Mutation
from ._genome import KINDS
from .phenotype import Phenotype

from ._genome cimport Change, Chances, Dice, Genome, Heap, Lists, dice_of, genome_of, pop, push
from ._program cimport CHUNK, Program

cdef extern from "sources.h":
    const char *fingerprint_of_sources()

#: The fingerprint of what this was compiled from.
SOURCES = fingerprint_of_sources().decode()

cdef enum:
    NONE = -2147483648  # as in _hot

cdef list _KINDS = list(KINDS)
cdef list _NAMES = list(NAMES)
cdef dict _CODES = {name: code for code, name in enumerate(NAMES)}


cdef void *resized(void *memory, size_t size) except NULL:
    cdef void *found = realloc(memory, size)
    if found is NULL:
        raise MemoryError()
    return found


cdef inline uint64_t mixed(uint64_t x) noexcept:
    """A number that looks random (the end of splitmix64), so that sums of them tell sets apart."""
    x += <uint64_t> 0x9E3779B97F4A7C15
    x = (x ^ (x >> 30)) * <uint64_t> 0xBF58476D1CE4E5B9
    x = (x ^ (x >> 27)) * <uint64_t> 0x94D049BB133111EB
    return x ^ (x >> 31)


cdef class Record:
    """What is known of a network: its genome, or its parent's and the changes.

    Attributes
    ----------
    n_connections, n_hidden : int
    """

    cdef Genome parent, genome
    cdef Change changes[2]
    cdef int n_changes
    cdef readonly int n_connections, n_hidden
    cdef object known, drawn

    @property
    def network(self):
        """The same as a `Network`, made when it is first looked at."""
        if self.known is None:
            self.known = self.grown().network()
        return self.known

    @property
    def mutations(self):
        """What was done to the parent's network, in that order."""
        if self.drawn is None:
            self.drawn = tuple([_mutation(self.changes[i]) for i in range(self.n_changes)])
        return self.drawn

    cdef Genome grown(self):
        cdef int i
        if self.genome is None:
            genome = Genome()
            genome.copy(self.parent)
            genome.valid = -1
            for i in range(self.n_changes):
                genome.apply(&self.changes[i])
            self.genome = genome
        return self.genome


cdef _mutation(Change change):
    if change.kind == 1:
        return Mutation(_KINDS[1], change.source, change.target, change.node, _NAMES[change.code])
    if change.kind == 3:
        return Mutation(_KINDS[3], node=change.node, activation=_NAMES[change.code])
    return Mutation(_KINDS[change.kind], change.source, change.target)


cdef Record _record_of(network):
    cdef Record record = Record()
    record.known, record.drawn = network, ()
    record.genome = genome_of(network)
    record.n_connections, record.n_hidden = record.genome.n_connections(), record.genome.n_hidden()
    return record


cdef Record _descendant(network, Record parent):
    """The record of a network that was made elsewhere from its parent's."""
    cdef Record record
    if len(network.activations) < parent.genome.n:
        raise ValueError(f"{network!r} has fewer nodes than {parent.network!r}: it is not descended from it")
    record = Record()
    record.known, record.drawn = network, ()
    record.parent, record.genome = parent.genome, Genome()
    record.genome.copy(parent.genome)
    record.genome.follow(network, parent.network)
    record.n_connections, record.n_hidden = record.genome.n_connections(), record.genome.n_hidden()
    return record


cdef struct Node:  # as graph.DistinctNode
    long long number  # counted up, and never given out again
    uint64_t content  # the sum over its sources of their mixed places
    uint64_t key
    int *sources  # places in the table, by their numbers
    int fan_in, code, origin, next
    unsigned char is_output, thin, there, held
    long long marked
    int own  # its name in the plan `marked_own`
    long long marked_own


cdef struct Ints:
    int *data
    int size, room


cdef int append(Ints *ints, int value) except -1:
    if ints.size == ints.room:
        ints.data = <int *> resized(ints.data, (2 * ints.room + 16) * sizeof(int))
        ints.room = 2 * ints.room + 16
    ints.data[ints.size] = value
    ints.size += 1
    return 0


cdef class Kinship:
    """As `wann_lite.engine.kinship.Kinship`, where it is explained."""

    cdef readonly int first, n_outputs
    cdef Node *table
    cdef int room, top, n_buckets, n_nodes
    cdef int *buckets
    cdef Ints spare, plus, minus, everything
    cdef long long following, sweeps, serial, marks
    cdef Heap queue
    # Of each row of a genome, in which expression it was last queued, and replaced.
    cdef long long *queued
    cdef long long *replaced
    cdef int rows
    cdef Genome draft
    cdef Chances chances

    def __init__(self, int n_inputs, int n_outputs):
        self.first, self.n_outputs = 1 + n_inputs, n_outputs
        self.draft = Genome()
        self._clear()

    def __dealloc__(self):
        cdef int place
        for place in range(self.top):
            free(self.table[place].sources)
        free(self.table)
        free(self.buckets)
        free(self.spare.data)
        free(self.plus.data)
        free(self.minus.data)
        free(self.everything.data)
        free(self.queue.keys)
        free(self.queued)
        free(self.replaced)

    cdef int _clear(self) except -1:
        """Forget all nodes; the bias and the inputs keep the first places."""
        cdef int place
        for place in range(self.top):
            free(self.table[place].sources)
        self.room = max(self.room, 2 * self.first + 1024)
        self.table = <Node *> resized(self.table, self.room * sizeof(Node))
        memset(self.table, 0, self.room * sizeof(Node))
        for place in range(self.first):
            self.table[place].number = place
        self.n_buckets, self.n_nodes, self.top = 4096, 0, self.first
        self.buckets = <int *> resized(self.buckets, self.n_buckets * sizeof(int))
        memset(self.buckets, 0, self.n_buckets * sizeof(int))
        self.spare.size, self.following = 0, self.first
        self.sweeps += 1
        return 0

    # --- distinct nodes

    def __len__(self):
        return self.n_nodes

    @property
    def graph(self):
        """Itself: what a `graph.Graph` is to the plain one."""
        return self

    @property
    def nodes(self):
        """The numbers of all distinct nodes, and the place of each."""
        return {self.table[place].number: place for place in range(self.first, self.top) if self.table[place].there}

    cdef int find(self, int code, bint is_output, uint64_t content, int origin) except -1:
        """The place of the distinct node with `everything` as its sources, a new one if there is none."""
        cdef uint64_t key = mixed(content + <uint64_t> (2 * code + is_output))
        cdef int size = self.everything.size, bucket = <int> (key & <uint64_t> (self.n_buckets - 1)), place
        cdef Node *node
        place = self.buckets[bucket]
        while place:
            node = &self.table[place]
            if (
                node.key == key and node.code == code and node.is_output == is_output and node.fan_in == size
                and memcmp(node.sources, self.everything.data, size * sizeof(int)) == 0
            ):
                return place
            place = node.next
        return self.new_node(code, is_output, content, key, origin)

    cdef int new_node(self, int code, bint is_output, uint64_t content, uint64_t key, int origin) except -1:
        cdef int place, bucket, size = self.everything.size
        cdef Node *node
        cdef int *sources = <int *> malloc((size + 1) * sizeof(int))
        if sources is NULL:
            raise MemoryError()
        memcpy(sources, self.everything.data, size * sizeof(int))
        if self.n_nodes >= self.n_buckets:
            self.more_buckets()
        if self.spare.size:
            self.spare.size -= 1
            place = self.spare.data[self.spare.size]
        else:
            if self.top == self.room:
                self.table = <Node *> resized(self.table, 2 * self.room * sizeof(Node))
                memset(self.table + self.room, 0, self.room * sizeof(Node))
                self.room *= 2
            place = self.top
            self.top += 1
        bucket = <int> (key & <uint64_t> (self.n_buckets - 1))
        node = &self.table[place]
        node.number, node.content, node.key, node.sources, node.fan_in = self.following, content, key, sources, size
        node.code, node.origin, node.next, node.is_output = code, origin, self.buckets[bucket], is_output
        node.thin, node.there, node.held, node.marked, node.marked_own = (
            not size or sources[size - 1] < self.first, 1, 0, 0, 0
        )
        self.buckets[bucket] = place
        self.n_nodes += 1
        self.following += 1
        return place

    cdef int more_buckets(self) except -1:
        cdef int place, bucket
        self.buckets = <int *> resized(self.buckets, 2 * self.n_buckets * sizeof(int))
        self.n_buckets *= 2
        memset(self.buckets, 0, self.n_buckets * sizeof(int))
        for place in range(self.first, self.top):
            if self.table[place].there:
                bucket = <int> (self.table[place].key & <uint64_t> (self.n_buckets - 1))
                self.table[place].next = self.buckets[bucket]
                self.buckets[bucket] = place
        return 0

    cdef int forget_node(self, int place) except -1:
        cdef Node *node = &self.table[place]
        cdef int *link = &self.buckets[<int> (node.key & <uint64_t> (self.n_buckets - 1))]
        while link[0] != place:
            link = &self.table[link[0]].next
        link[0] = node.next
        free(node.sources)
        node.sources, node.there, node.held = NULL, 0, 0
        self.n_nodes -= 1
        return append(&self.spare, place)

    cdef void sort(self, Ints *places) noexcept:
        """By their numbers. There are few, or they are almost sorted."""
        cdef int i, k, place
        cdef long long number
        for i in range(1, places.size):
            place = places.data[i]
            number = self.table[place].number
            k = i
            while k and self.table[places.data[k - 1]].number > number:
                places.data[k] = places.data[k - 1]
                k -= 1
            places.data[k] = place

    # --- what a network consists of

    cdef int express(self, Genome child, Genome parent, Program program, bint keep) except -1:
        """The child's distinct nodes, from its parent's; of a founder, None, all are touched.

        Parameters
        ----------
        child : Genome
            What differs from the parent has been touched.
        parent : Genome or None
        program : Program or None
            Where the steps go that make what is not held; each is preceded by the same steps as in `graph`.
        keep : bool
            Whether these nodes are held from now on; else they go by names of their own.

        Returns
        -------
        int
            How many steps these are.
        """
        cdef int node, row, old, new, k, known = 0 if parent is None else parent.n, steps = 0
        cdef long long epoch
        cdef uint64_t content
        cdef Lists *targets
        if child.n > self.rows:
            self.rows = 2 * child.n
            self.queued = <long long *> resized(self.queued, self.rows * sizeof(long long))
            self.replaced = <long long *> resized(self.replaced, self.rows * sizeof(long long))
            memset(self.queued, 0, self.rows * sizeof(long long))
            memset(self.replaced, 0, self.rows * sizeof(long long))
        self.serial += 1
        epoch = self.serial
        self.queue.size = 0
        for k in range(child.n_touched):
            self.enqueue(child, child.touched[k], epoch)
        while self.queue.size:
            node = <int> (pop(&self.queue) & 0xFFFFFFFF)
            row = node - self.first
            self.plus.size = self.minus.size = 0
            if row < known:
                old = parent.nodes[row]
                self.compare(child, parent, row, epoch)
            else:
                old = NONE
                for k in range(child.sources.starts[row], child.sources.starts[row + 1]):
                    append(&self.plus, self.place_of(child, child.sources.items[k]))
            self.sort(&self.plus)
            self.sort(&self.minus)
            content = self.exchange(old)
            new = self.find(child.codes[row], row < self.n_outputs, content, old)
            child.nodes[row] = new
            if new == old:
                continue
            if program is not None and not self.table[new].held and self.table[new].marked_own != epoch:
                self.put_step(program, new, old, epoch, -1 - steps, keep)
                steps += 1
            if row < known:
                self.replaced[row] = epoch
                targets = &parent.targets
                for k in range(targets.starts[node], targets.starts[node + 1]):
                    self.enqueue(child, targets.items[k], epoch)
        child.valid = self.sweeps
        return steps

    cdef inline int place_of(self, Genome genome, int node) noexcept:
        return node if node < self.first else genome.nodes[node - self.first]

    cdef int enqueue(self, Genome child, int node, long long epoch) except -1:
        cdef int row = node - self.first
        if self.queued[row] == epoch:
            return 0
        self.queued[row] = epoch
        return push(&self.queue, (<long long> child.layers[row] << 32) | node)

    cdef int compare(self, Genome child, Genome parent, int row, long long epoch) except -1:
        """What a row's sum gains and loses: sources of one alone, and those of both that are no longer the same."""
        cdef int i = child.sources.starts[row], end = child.sources.starts[row + 1], source
        cdef int k = parent.sources.starts[row], other_end = parent.sources.starts[row + 1]
        cdef int *its = child.sources.items
        cdef int *others = parent.sources.items
        while i < end or k < other_end:
            if k == other_end or (i < end and its[i] < others[k]):
                append(&self.plus, self.place_of(child, its[i]))
                i += 1
            elif i == end or others[k] < its[i]:
                append(&self.minus, self.place_of(parent, others[k]))
                k += 1
            else:
                source = its[i]
                if source >= self.first and self.replaced[source - self.first] == epoch:
                    append(&self.plus, self.place_of(child, source))
                    append(&self.minus, self.place_of(parent, source))
                i += 1
                k += 1
        return 0

    cdef uint64_t exchange(self, int old) except? 0:
        """Fill `everything` with the old node's sources, less `minus`, and `plus`; what its content adds up to."""
        cdef int i = 0, gained = 0, lost = 0, size = 0 if old == NONE else self.table[old].fan_in
        cdef uint64_t content = 0 if old == NONE else self.table[old].content
        cdef int *sources = NULL if old == NONE else self.table[old].sources
        self.everything.size = 0
        for i in range(self.plus.size):
            content += mixed(self.plus.data[i])
        for i in range(self.minus.size):
            content -= mixed(self.minus.data[i])
        i = 0
        while i < size or gained < self.plus.size:
            if i < size and lost < self.minus.size and sources[i] == self.minus.data[lost]:
                i += 1
                lost += 1
            elif gained == self.plus.size or (
                i < size and self.table[sources[i]].number <= self.table[self.plus.data[gained]].number
            ):
                append(&self.everything, sources[i])
                i += 1
            else:
                append(&self.everything, self.plus.data[gained])
                gained += 1
        return content

    # --- what a shard must do

    cdef int put_step(self, Program program, int new, int base, long long epoch, int own, bint keep) except -1:
        """The step that makes a node from its base, by `plus` and `minus`, or from scratch where that is less work."""
        cdef Node *node = &self.table[new]
        cdef int k
        # A sum over inputs alone is the same for every weight; made from a base that is not, it would lose that.
        cdef bint from_scratch = (
            base == NONE or self.plus.size + self.minus.size >= node.fan_in or (node.thin and not self.table[base].thin)
        )
        program.put(new if keep else own)
        program.put(node.code)
        program.put(node.is_output)
        program.put(node.thin)
        program.put(NONE if from_scratch else self.name(base, epoch))
        program.put(node.fan_in if from_scratch else self.plus.size)
        program.put(0 if from_scratch else self.minus.size)
        if from_scratch:
            for k in range(node.fan_in):
                program.put(self.name(node.sources[k], epoch))
        else:
            for k in range(self.plus.size):
                program.put(self.name(self.plus.data[k], epoch))
            for k in range(self.minus.size):
                program.put(self.name(self.minus.data[k], epoch))
        if keep:
            node.held = 1
        else:
            node.own, node.marked_own = own, epoch
        return 0

    cdef inline int name(self, int place, long long epoch) noexcept:
        return self.table[place].own if self.table[place].marked_own == epoch else place

    cdef int put_plan(self, Program program, int key, Genome child, Genome parent) except -1:
        """A child's plan."""
        cdef int steps, at
        program.starts.append(program.size)
        program.put(key)
        program.put(0)
        at = program.size - 1
        steps = self.express(child, parent, program, False)
        program.data[at] = steps
        program.transient = max(program.transient, steps)
        return self.put_changed(program, child, parent, self.serial)

    cdef int put_changed(self, Program program, Genome child, Genome parent, long long epoch) except -1:
        """Which outputs are not the parent's."""
        cdef int place, changed = 0, at = program.size
        program.put(0)
        for place in range(self.n_outputs):
            if child.nodes[place] != parent.nodes[place]:
                program.put(place)
                program.put(self.name(child.nodes[place], epoch))
                program.put(child.codes[place])
                changed += 1
        program.data[at] = changed
        program.changed = max(program.changed, changed)
        return 0

    # --- what an engine asks for

    def founders(self, networks):
        """As `kinship.Kinship.founders`."""
        cdef Record record
        phenotypes = []
        for network in networks:
            record = _record_of(network)
            self._found(record.genome)
            phenotypes.append(Phenotype(record))
        return phenotypes

    cdef int _found(self, Genome genome) except -1:
        cdef int row
        genome.n_touched = 0
        for row in range(genome.n):
            genome.touch(self.first + row)
        return self.express(genome, None, None, False)

    def children(self, pairs, list born):
        """As `kinship.Kinship.children`."""
        cdef Program program = Program()
        cdef Record record, its_parent
        for network, parent in pairs:
            key = parent.key
            its_parent = parent.form
            record = _descendant(network, its_parent)
            born.append(Phenotype(record, parent))
            self.put_plan(program, key, record.genome, record.parent)
            if len(program.starts) == CHUNK:
                yield program
                program = Program()
        if program.starts:
            yield program

    def brood(self, parents, variation, rng, list born):
        """As `kinship.Kinship.brood`."""
        cdef Program program = Program()
        if self.chances is None or self.chances.variation is not variation:
            self.chances = Chances(variation)
        for parent in parents:
            born.append(Phenotype(self._born(program, parent.key, parent.form, rng), parent))
            if len(program.starts) == CHUNK:
                yield program
                program = Program()
        if program.starts:
            yield program

    cdef Record _born(self, Program program, int key, Record parent, rng):
        cdef Record record = Record()
        cdef Genome draft = self.draft
        record.parent = parent.genome
        draft.copy(record.parent)
        record.n_changes = draft.vary(self.chances, dice_of(rng), record.changes)
        self.put_plan(program, key, draft, record.parent)
        record.n_connections, record.n_hidden = draft.n_connections(), draft.n_hidden()
        return record

    def knows(self, phenotype) -> bool:
        """As `kinship.Kinship.knows`."""
        cdef Record record = phenotype.form
        return self._is_known(record)

    cdef bint _is_known(self, Record record):
        """Whether its distinct nodes are in the table, or can be told from its parent's, which are."""
        if record.genome is not None and record.genome.valid == self.sweeps:
            return True
        return record.parent is not None and record.parent.valid == self.sweeps

    cdef Genome known(self, Record record):
        """Its genome with its distinct nodes, which are found from scratch if need be."""
        cdef Genome genome = record.grown()
        if genome.valid == self.sweeps:
            return genome
        if record.parent is not None and record.parent.valid == self.sweeps:
            genome.differ_from(record.parent)
            memcpy(genome.nodes, record.parent.nodes, min(genome.n, record.parent.n) * sizeof(int))
            self.express(genome, record.parent, None, False)
        else:
            self._found(genome)
        return genome

    def numbers(self, phenotype) -> tuple:
        """As `kinship.Kinship.numbers`."""
        cdef Genome genome = self.known(phenotype.form)
        return tuple([self.table[genome.nodes[row]].number for row in range(genome.n)])

    def count(self, phenotypes) -> int:
        """As `kinship.Kinship.count`."""
        cdef int count = 0, row
        cdef Genome genome
        cdef Node *node
        self.marks += 1
        for phenotype in phenotypes:
            genome = self.known(phenotype.form)
            for row in range(genome.n):
                node = &self.table[genome.nodes[row]]
                count += node.marked != self.marks
                node.marked = self.marks
        return count

    def heirs(self, phenotypes, parents):
        """As `kinship.Kinship.heirs`."""
        cdef Program steps = Program(), plans = Program()
        cdef Record record
        cdef Genome genome
        for phenotype, parent in zip(phenotypes, parents):
            record = phenotype.form
            genome = record.grown()
            genome.differ_from(record.parent)
            memcpy(genome.nodes, record.parent.nodes, min(genome.n, record.parent.n) * sizeof(int))
            steps.steps += self.express(genome, record.parent, steps, True)
            plans.starts.append(plans.size)
            plans.put(parent.key)
            plans.put(0)
            self.put_changed(plans, genome, record.parent, -1)
            record.parent = None
        return steps, plans

    def foundations(self, phenotypes):
        """As `kinship.Kinship.foundations`."""
        cdef Program steps = Program()
        cdef Genome genome
        cdef Record record
        cdef Node *node
        cdef int row, place, origin
        cdef list held = []
        genomes = []
        for phenotype in phenotypes:
            record = phenotype.form
            genomes.append(self.known(record))
            record.parent = None
        self.marks += 1
        self.queue.size = 0
        for genome in genomes:
            for row in range(genome.n):
                node = &self.table[genome.nodes[row]]
                if node.marked != self.marks:
                    node.marked = self.marks
                    push(&self.queue, (node.number << 32) | genome.nodes[row])
        while self.queue.size:
            place = <int> (pop(&self.queue) & 0xFFFFFFFF)
            node = &self.table[place]
            if node.held:
                continue
            origin = node.origin
            if origin != NONE and (
                self.table[origin].marked != self.marks or self.table[origin].number >= node.number
            ):
                origin = NONE
            self.difference(node, origin)
            self.put_step(steps, place, origin, -1, 0, True)
            steps.steps += 1
            held.append(place)
        return steps, held

    cdef int difference(self, Node *node, int origin) except -1:
        """What a node's sum has, and has not, beyond its origin's."""
        cdef int i = 0, k = 0
        cdef Node *other
        self.plus.size = self.minus.size = 0
        if origin == NONE:
            return 0
        other = &self.table[origin]
        while i < node.fan_in or k < other.fan_in:
            if i < node.fan_in and k < other.fan_in and node.sources[i] == other.sources[k]:
                i += 1
                k += 1
            elif k == other.fan_in or (
                i < node.fan_in and self.table[node.sources[i]].number < self.table[other.sources[k]].number
            ):
                append(&self.plus, node.sources[i])
                i += 1
            else:
                append(&self.minus, other.sources[k])
                k += 1
        return 0

    def outputs(self, phenotypes):
        """As `kinship.Kinship.outputs`."""
        cdef Program program = Program()
        cdef Genome genome
        cdef Record record
        cdef int place
        for phenotype in phenotypes:
            record = phenotype.form
            genome = record.genome
            program.starts.append(program.size)
            for place in range(self.n_outputs):
                program.put(genome.nodes[place])
                program.put(genome.codes[place])
        return program

    def release(self, nodes):
        """As `kinship.Kinship.release`."""
        cdef int place
        for place in nodes:
            self.table[place].held = 0

    def let_go(self) -> None:
        """As `kinship.Kinship.let_go`."""
        cdef int place
        for place in range(self.first, self.top):
            self.table[place].held = 0

    def sweep(self, living):
        """As `kinship.Kinship.sweep`."""
        cdef int place, row, origin
        cdef list released = [], genomes = [self.known((<object> phenotype).form) for phenotype in living]
        cdef Genome genome
        cdef Node *node
        cdef dict heirs = {}
        self.marks += 1
        self.queue.size = 0
        for genome in genomes:
            for row in range(genome.n):
                self.table[genome.nodes[row]].marked = self.marks
        for place in range(self.first, self.top):
            node = &self.table[place]
            if node.there and node.marked == self.marks and node.origin != NONE:
                if self.table[node.origin].marked != self.marks:
                    push(&self.queue, (node.number << 32) | place)
        while self.queue.size:
            place = <int> (pop(&self.queue) & 0xFFFFFFFF)
            origin = self.table[place].origin
            while origin != NONE and self.table[origin].marked != self.marks:
                heir = heirs.setdefault(origin, place)
                origin = heir if heir != place else self.table[origin].origin
            self.table[place].origin = origin
        for place in range(self.first, self.top):
            node = &self.table[place]
            if node.there and node.marked != self.marks:
                if node.held:
                    released.append(place)
                self.forget_node(place)
        self.sweeps += 1
        for genome in genomes:
            genome.valid = self.sweeps
        return released

    # --- its state, as arrays

    def state(self):
        """As `graph.Graph.state`."""
        cdef int place, k
        cdef Node *node
        places = [place for place in range(self.first, self.top) if self.table[place].there]
        places.sort(key=self._number)
        number, codes, is_output, origin, fan_in, sources = [], [], [], [], [], []
        for place in places:
            node = &self.table[place]
            number.append(node.number)
            codes.append(node.code)
            is_output.append(node.is_output)
            origin.append(-1 if node.origin == NONE else self.table[node.origin].number)
            fan_in.append(node.fan_in)
            sources += [self.table[node.sources[k]].number for k in range(node.fan_in)]
        return {
            "next": np.array([self.following]),
            "number": np.array(number, np.int64),
            "activation": np.array(codes, np.int8),
            "is_output": np.array(is_output, bool),
            "origin": np.array(origin, np.int64),
            "fan_in": np.array(fan_in, np.int64),
            "sources": np.array(sources, np.int64),
        }

    def _number(self, int place):
        return self.table[place].number

    def restore(self, state, networks, numbers):
        """As `kinship.Kinship.restore`."""
        cdef Record record
        cdef int row
        places = self._restored(state)
        phenotypes = []
        for network, its in zip(networks, numbers, strict=True):
            record = _record_of(network)
            if len(its) != record.genome.n or not all(map(places.__contains__, its)):
                raise ValueError(f"the stored nodes do not belong to {network!r}")
            for row in range(record.genome.n):
                record.genome.nodes[row] = places[its[row]]
            record.genome.valid = self.sweeps
            phenotypes.append(Phenotype(record))
        return phenotypes

    def _restored(self, state):
        """Become the graph whose state this is; the place of each number."""
        numbers, origins, fan_in = (state[key].tolist() for key in ("number", "origin", "fan_in"))
        codes, outputs, sources = (state[key].tolist() for key in ("activation", "is_output", "sources"))
        (following,) = state["next"].tolist()
        places, at = {place: place for place in range(self.first)}, 0
        self._clear()
        for number, code, is_output, origin, size in zip(numbers, codes, outputs, origins, fan_in, strict=True):
            its = sources[at : at + size]
            at += size
            if (
                number in places or not self.first <= number < following or not 0 <= code < len(NAMES)
                or len(its) != size or not all(map(places.__contains__, its))
            ):
                raise ValueError(f"node {number} of the stored graph does not follow from those before it")
            self.everything.size = 0
            content = 0
            for source in its:
                append(&self.everything, places[source])
                content = (content + mixed(places[source])) & 0xFFFFFFFFFFFFFFFF
            self.following = number
            self.sort(&self.everything)
            places[number] = self.find(code, is_output, content, places.get(origin, NONE) if origin >= 0 else NONE)
        self.following = following
        for number in range(self.first):
            del places[number]
        return places
