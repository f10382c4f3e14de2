"""How scores of days lie in many households: measured, not to be edited by hand.

Of each score the value that a share of 2**-k of the days reaches, k = 1 to 12, over 200 invented
households without planted anomalies; `bench/anomaly_bench.py --calibrate` prints this table.
"""

from collections.abc import Mapping

DAY_TAILS: Mapping[str, tuple[float, ...]] = {
    "residual": (
        -0.744,
        -0.401,
        0.014,
        0.548,
        1.215,
        2.189,
        3.653,
        5.608,
        8.375,
        12.1,
        17.861,
        28.191,
    ),
    "place": (0.541, 0.908, 1.134, 1.323, 1.525, 1.729, 2.016, 2.347, 2.844, 3.5, 3.5, 3.5),
    "short_run": (
        -0.774,
        -0.381,
        -0.024,
        0.426,
        1.029,
        1.754,
        2.841,
        4.21,
        6.282,
        8.008,
        14.103,
        16.669,
    ),
    "long_run": (
        -0.718,
        -0.309,
        0.047,
        0.45,
        0.936,
        1.622,
        2.587,
        3.807,
        5.042,
        8.508,
        12.406,
        16.052,
    ),
    "fused": (0.869, 1.833, 2.687, 3.519, 4.392, 5.32, 6.346, 7.614, 8.79, 9.94, 11.066, 11.811),
}
