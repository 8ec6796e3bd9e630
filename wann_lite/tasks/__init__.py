"""What a network is asked to do."""

from .classification import Classification

__all__ = ["Classification"]
