"""A network as the engine knows it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..network import Network
from ..operators import Mutation


class Form(Protocol):
    """What a `kinship.Kinship` knows of a network."""

    @property
    def network(self) -> Network:
        """Itself."""

    @property
    def mutations(self) -> tuple[Mutation, ...]:
        """What was done to its parent's, if that was done here."""

    @property
    def n_connections(self) -> int:
        """As `Network.n_connections`."""

    @property
    def n_hidden(self) -> int:
        """As `Network.n_hidden`."""


class Phenotype:
    """A network as the engine knows it.

    Attributes
    ----------
    form : Form
        What it consists of.
    losses : ndarray (W,)
        Its loss at each shared weight on the current batch, in nats.
    """

    __slots__ = ("_key", "_parent", "_scale", "form", "losses")

    losses: NDArray[Any]

    def __init__(self, form: Any, parent: Phenotype | None = None) -> None:
        self.form = form
        self.losses = _NONE
        self._parent = parent
        # Under which key its loss is held, and the scale (W,) that it was taken at.
        self._key: int | None = None
        self._scale: NDArray[Any] | None = None if parent is None else parent._scale

    @property
    def network(self) -> Network:
        """Its topology."""
        return self.form.network  # type: ignore[no-any-return]

    @property
    def mutations(self) -> tuple[Mutation, ...]:
        """What was done to its parent's network, where the engine did it; else none."""
        return self.form.mutations  # type: ignore[no-any-return]

    @property
    def n_connections(self) -> int:
        """How many connections are enabled."""
        return self.form.n_connections  # type: ignore[no-any-return]

    @property
    def n_hidden(self) -> int:
        """How many hidden nodes take part."""
        return self.form.n_hidden  # type: ignore[no-any-return]

    @property
    def scale(self) -> NDArray[Any] | None:
        """What its outputs are multiplied by at each shared weight (W,) before the softmax."""
        return self._scale

    @property
    def held(self) -> bool:
        """Whether children can be made from it."""
        return self._key is not None

    @property
    def key(self) -> int:
        """Under which its loss is held.

        Raises
        ------
        ValueError
            If it is not.
        """
        if self._key is None:
            raise ValueError("the parent is not held: hold it before its children are made")
        return self._key


_NONE: NDArray[Any] = np.empty(0)
