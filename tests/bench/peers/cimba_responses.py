"""Where Cimba's peers record response times: a table of buckets of 0.1 ms, as its datasets know mean and maximum only."""

import cimba as cb
from job import Answer

# Far more than any response takes at 80 % load; what is later still counts in the last bucket.
BUCKETS_PER_S, BUCKETS = 10_000, 20_000


class Responses(cb.Model):
    buckets: cb.Array[int] = cb.Array(BUCKETS)
    seen: cb.Output[int]
    mean: cb.Output[float]
    p50: cb.Output[float]
    p95: cb.Output[float]
    p99: cb.Output[float]

    @cb.on_start
    def begin(self):
        self.seen = 0
        self.mean = 0.0

    @cb.function
    def record(self, seconds: float) -> None:
        self.seen += 1
        self.mean += seconds
        self.buckets[min(int(seconds * 10_000.0), 19_999)] += 1

    @cb.function
    def quantile(self, p: float) -> float:
        left = p * self.seen
        for i in range(20_000):
            left -= self.buckets[i]
            if left <= 0.0:
                return (i + 0.5) / 10_000.0
        return 2.0

    @cb.on_end
    def measure(self):
        self.mean /= self.seen
        self.p50 = self.quantile(0.50)
        self.p95 = self.quantile(0.95)
        self.p99 = self.quantile(0.99)


def answer_of(results, responses: Responses) -> Answer:
    found = results[responses]
    return Answer(*(float(samples.values[0, 0]) for samples in (found.mean, found.p50, found.p95, found.p99)))


assert (BUCKETS_PER_S, BUCKETS) == (10_000, 20_000)  # compiled code takes constants only as literals
