"""When does an estimate agree with an exact value? The rule, and the little statistics it needs."""

import math
import re

PROBABILITY = re.compile(r"(^|_)[pP](0|_\w+)$")  # p0, p_wait, P_N_ge_10; not p99

# A systematic error that is let pass in the interval rule: histograms have buckets, runs have ends.
BIAS = 0.003


def mean_and_error(values):
    """Mean of independent values and its standard error."""
    n = len(values)
    mean = math.fsum(values) / n
    if n == 1 or min(values) == max(values):
        return mean, 0.0
    return mean, math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1) / n)


def variance(values):
    mean = math.fsum(values) / len(values)
    return math.fsum((v - mean) ** 2 for v in values) / (len(values) - 1)


def jackknife(statistic, *samples):
    """Pseudo-values of a statistic of samples that belong together value by value: their mean is the estimate without
    its first-order bias, and they may be judged like independent values (Miller, Biometrika 61, 1974)."""
    n = len(samples[0])
    whole = statistic(*samples)
    return [n * whole - (n - 1) * statistic(*([v for j, v in enumerate(s) if j != i] for s in samples))
            for i in range(n)]


def ratio(a, b):
    """Of means, value by value of both."""
    return jackknife(lambda x, y: math.fsum(x) / math.fsum(y), a, b)


def grouped(statistic, *samples, groups=20):
    """The statistic's pseudo-values when one group of replications after the other is left out."""
    size = len(samples[0]) // groups
    parts = [tuple(s[g * size:(g + 1) * size] for s in samples) for g in range(groups)]
    join = lambda chosen: statistic(*([v for part in chosen for v in part[k]] for k in range(len(samples))))
    whole = join(parts)
    return [groups * whole - (groups - 1) * join(parts[:g] + parts[g + 1:]) for g in range(groups)]


def _incomplete_beta(a, b, x):
    """I_x(a, b), by Lentz's continued fraction (DLMF 8.17.22)."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d, fraction = 1.0, 0.0, 1.0
    for i in range(1000):
        m = i // 2
        if i == 0:
            numerator = 1.0
        elif i % 2 == 0:
            numerator = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            numerator = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / (1 + numerator * d)
        c = 1 + numerator / c
        fraction *= c * d
        if abs(1 - c * d) < 1e-15:
            break
    return front * (fraction - 1)


def student_t(p, degrees):
    """The p-quantile of Student's t, p > 1/2."""
    tail = lambda t: _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2
    low, high = 0.0, 1e4
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if tail(middle) > 1 - p else (low, middle)
    return (low + high) / 2


def tolerance(case, metric):
    """Relative. Tails and spreads are harder to estimate than means, and so are probabilities below 2 %."""
    if metric in case.get("tolerances", {}):
        return case["tolerances"][metric]
    tol = case["tolerance"]
    if metric.endswith("p999"):
        return tol * 2.5
    if metric.endswith("p99"):
        tol *= 1.5
    elif metric.startswith("var_"):
        tol *= 5
    elif metric.startswith("sd_"):
        tol *= 2.5
    if PROBABILITY.search(metric) and abs(case["expected"][metric]) < 0.02:
        tol *= 3
    return tol


class Row:
    """One comparison. `estimate`: a value for each replication, or one number, judged by the tolerance alone."""

    def __init__(self, case, metric, expected, tol, estimate):
        self.case, self.metric, self.expected, self.tol = case, metric, expected, tol
        self.half_width = 0.0
        self.standard_error, self.n = 0.0, 1
        if isinstance(estimate, list):
            self.n = len(estimate)
            self.mean, self.standard_error = mean_and_error(estimate)
            self.half_width = student_t(0.975, self.n - 1) * self.standard_error
        else:
            self.mean = estimate

    def relative(self, value):
        return value / abs(self.expected) if self.expected else (0.0 if value == 0 else math.inf)

    @property
    def error(self):
        return self.relative(abs(self.mean - self.expected))

    def verdict(self, fast):
        distance = abs(self.mean - self.expected)
        in_tolerance = distance <= self.tol * abs(self.expected) + 1e-15
        if self.n == 1:
            return "pass" if in_tolerance else "FAIL"
        # 99.9 %: among some 300 figures a 95 % interval would accuse 15 by chance.
        in_interval = (distance <= student_t(0.9995, self.n - 1) * self.standard_error + BIAS * abs(self.expected))
        if fast:
            # Short runs: the interval alone decides, and it must not be so wide that it says nothing.
            if self.half_width > 3 * self.tol * abs(self.expected):
                return "TOO WIDE"
            return "pass" if in_interval else "FAIL"
        if in_interval and in_tolerance:
            return "TOO WIDE" if self.half_width > self.tol * abs(self.expected) else "pass"
        return "BIASED" if in_tolerance else "TOO WIDE" if in_interval else "FAIL"


class Limit:
    """A figure that must not exceed a limit."""

    def __init__(self, case, metric, limit, value):
        self.case, self.metric, self.expected, self.mean = case, metric, limit, value
        self.half_width, self.error, self.tol = 0.0, None, None

    def verdict(self, fast):
        return "pass" if self.mean <= self.expected else "FAIL"


class Band:
    """A figure that must lie between two."""

    def __init__(self, case, metric, low, high, value):
        self.case, self.metric, self.low, self.high, self.mean = case, metric, low, high, value
        self.expected = (low + high) / 2
        self.half_width, self.error, self.tol = 0.0, None, None

    def verdict(self, fast):
        return "pass" if self.low <= self.mean <= self.high else "FAIL"


class Published:
    """One published run among many of ours: does it lie where a further run of ours would lie, with 99.9 %?"""

    def __init__(self, metric, expected, values, case="timelike"):
        self.case, self.metric, self.expected, self.tol = case, metric, expected, None
        n = len(values)
        self.mean, error = mean_and_error(values)
        self.half_width = student_t(0.9995, n - 1) * math.sqrt(variance(values) * (1 + 1 / n))
        self.error = abs(self.mean - expected) / expected

    def verdict(self, fast):
        return "pass" if abs(self.mean - self.expected) <= self.half_width else "FAIL"


class Reproduced:
    """The mean of others' runs and of ours: do they differ by no more than both errors allow, with 99.9 % (Welch)?"""

    def __init__(self, metric, expected, spread, seeds, values):
        self.case, self.metric, self.expected, self.tol = "timelike", metric, expected, None
        self.mean, error = mean_and_error(values)
        a, b, n = error * error, spread * spread / seeds, len(values)
        degrees = (a + b) ** 2 / (a * a / (n - 1) + b * b / (seeds - 1))
        self.half_width = student_t(0.9995, degrees) * math.sqrt(a + b)
        self.error = abs(self.mean - expected) / expected

    def verdict(self, fast):
        return "pass" if abs(self.mean - self.expected) <= self.half_width + BIAS * self.expected else "FAIL"
