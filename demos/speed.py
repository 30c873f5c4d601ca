"""How fast is it? Ratios against whatever is installed, in one run.

Three races, each printed as a table: single training steps (forward, backward and update, from
the same weights to the same loss), one more step of a whole training call, and whole calls, each
in a process of its own, with the memory it takes. Times are those of the processor, so that a busy
machine disturbs them little. Peers that are not installed are named. Takes
about half an hour; `--quick` takes about a minute, with fewer and smaller networks.

    python demos/speed.py
    python demos/speed.py --growth     # how time grows with rows, width, depth and epochs
"""

from __future__ import annotations

import argparse
import os
import platform


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="about a minute, rough figures")
    add("--growth", action="store_true", help="only how time grows with the size of the problem")
    add("--only", choices=["steps", "calls"], help="only one of the races")
    add("--threads", type=int, default=1, help="threads of each contestant (default: 1)")
    add("--call", nargs=3, help=argparse.SUPPRESS)  # one call, in a process of its own
    add("--steps", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, str(args.threads))
    single = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ.setdefault("XLA_FLAGS", single if args.threads == 1 else "")

    from _speed import calls  # the number of threads must be set before NumPy is imported

    if args.call:
        who, name, dtype = args.call
        calls.call(who, next(job for job in calls.LADDER if job.name == name), dtype)
    elif args.steps:
        who, batch, rounds = args.steps
        calls.steps(who, int(batch), int(rounds))
    else:
        report(args)


def report(args: argparse.Namespace) -> None:
    """Run the races that were asked for."""
    import numpy as np
    from _speed import calls, drawing, growth, steps, tasks, training

    version, machine = platform.python_version(), platform.machine()
    print(f"Python {version}, NumPy {np.__version__}, {machine}, {os.cpu_count()} processors\n")
    if args.growth:
        growth.show()
        return
    quick = args.quick
    slow = ("native", "torch.compile", "float32") if quick else ()
    if args.only != "calls":
        names = [name for name in steps.CONTESTANTS if not name.endswith(slow)]
        for task in tasks.tasks()[: 1 if quick else None]:
            steps.show(task, names, quick)
    if args.only != "steps":
        names = [name for name in training.CONTESTANTS if not name.endswith(slow)]
        calls.show_steps([name for name in names if name != "scikit-learn"], quick)
        types = ["float64"] if quick else ["float64", "float32"]
        jobs = calls.LADDER[0:3:2] if quick else calls.LADDER
        calls.show_calls(jobs, names, types, 1 if quick else 3)
    if not quick and not args.only:
        drawing.show_drawing()


if __name__ == "__main__":
    main()
