"""Each case: scenarios, and which of their figures is which. Expected values and sources stand in facts.json."""

from cases import admission, balancers, clients, event_loops, functions, networks, published, queues, statistics
from cases.common import CASES, FACTS

__all__ = ["CASES", "FACTS"]
