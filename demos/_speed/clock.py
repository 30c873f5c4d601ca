"""The clock of the races.

Contestants on one thread are timed by the time of the processor, which a busy machine does not
lengthen by making them wait; those on several threads by the clock on the wall.
"""

import os
import time

THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))
clock = time.process_time if THREADS == 1 else time.perf_counter
