"""What the lessons share: checks of the exercises, and the student versions. Only lessons import it.

Examples
--------
>>> from wann_lite.course import check
>>> check("no-such-exercise", abs).passed
'no-such-exercise': unclear. No exercise has this name...
False
"""

from .checking import Result, check
from .exercise import Exercise

__all__ = ["Exercise", "Result", "check"]
