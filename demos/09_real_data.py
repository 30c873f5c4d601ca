"""Real data: iris, wine, breast cancer and handwritten digits, beside scikit-learn.

You will see, for each data set and several seeds, the accuracy on a quarter of the rows that
was held out, of a net of Values and of scikit-learn's MLPClassifier with the same shape,
initialisation, rate, batches, epochs and split. Takes about 20 seconds.

    python demos/09_real_data.py --out out
"""

import argparse
import time
import warnings
from pathlib import Path
from statistics import fmean

import micrograd_tut as mg
from micrograd_tut.errors import MissingPartError
from micrograd_tut.train.data import data_set
from micrograd_tut.train.history import figure_class, save_figure
from micrograd_tut.train.preprocessing import Preprocessing

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--out", type=Path, default=Path("out"), help="where the picture goes")
parser.add_argument("--quick", action="store_true", help="iris only, one seed")
args = parser.parse_args()
args.out.mkdir(parents=True, exist_ok=True)

RATE, BATCH = 0.01, 16
PLANS = {  # hidden layer, epochs, seeds
    "iris": (16, 100, 5),
    "wine": (16, 20, 5),
    "breast_cancer": (16, 10, 5),
    "digits": (32, 10, 5),
}
if args.quick:
    PLANS = {"iris": (16, 15, 1)}


def held_out_accuracies(name: str, hidden: int, epochs: int, seed: int) -> tuple[float, float]:
    """Of our net, and of scikit-learn's."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    train, held_out = data_set(name).split(held_out=0.25, seed=seed)
    preprocessing = Preprocessing.fit(train)
    parts = [(preprocessing.transform(part.X), part.y.astype(int)) for part in (train, held_out)]
    classes = len(train.classes)
    model = mg.MLP(
        len(train.inputs),
        [hidden, 1 if classes == 2 else classes],
        output="sigmoid" if classes == 2 else "softmax",
        init="xavier",
        seed=seed,
    )
    mg.fit(
        model, *parts[0], optimizer=mg.Adam(RATE), epochs=epochs, batch_size=BATCH, seed=seed,
        progress=False,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = MLPClassifier(
            (hidden,),
            learning_rate_init=RATE,
            batch_size=BATCH,
            max_iter=epochs,
            random_state=seed,
        ).fit(*parts[0])
    return mg.evaluate(model, *parts[1])["accuracy"], theirs.score(*parts[1])


results = {}
print("data set        net           seeds     ours   scikit-learn   difference   seconds")
for name, (hidden, epochs, seeds) in PLANS.items():
    started = time.perf_counter()
    pairs = [held_out_accuracies(name, hidden, epochs, seed) for seed in range(seeds)]
    ours, theirs = (fmean(column) for column in zip(*pairs, strict=True))
    results[name] = pairs
    data = data_set(name)
    outputs = 1 if len(data.classes) == 2 else len(data.classes)
    shape = f"{len(data.inputs)}-{hidden}-{outputs}"
    took = time.perf_counter() - started
    print(f"{name:15} {shape:12} {seeds:6} {ours:8.2%} {theirs:14.2%} "
          f"{100 * (ours - theirs):+7.2f} points {took:8.1f}")  # fmt: skip


def picture() -> None:
    figure = figure_class()(figsize=(7.2, 3.8), layout="constrained")
    axes = figure.subplots()
    for side, label, colour in ((0, "ours", "#1f5fa8"), (1, "scikit-learn", "#c2431f")):
        for i, pairs in enumerate(results.values()):
            place, found = i + 0.3 * side - 0.15, [pair[side] for pair in pairs]
            axes.plot(place, fmean(found), "_", color=colour, markersize=38, markeredgewidth=3,
                      label=label if i == 0 else "")  # fmt: skip
            spread = [place + 0.04 * (seed - (len(found) - 1) / 2) for seed in range(len(found))]
            axes.plot(spread, found, "o", color=colour, markersize=5, alpha=0.7)
    axes.set_xticks(range(len(results)), results)
    axes.yaxis.set_major_formatter(lambda share, place: f"{share:.0%}")
    axes.grid(axis="y", alpha=0.3)
    axes.set_ylabel("accuracy on the held-out part")
    axes.set_title("Dots: one per seed, each with the same split for both; lines: the mean")
    axes.legend(loc="lower right", markerscale=0.5)
    save_figure(figure, args.out / "real_data.png")
    print(f"\nThe accuracies: {args.out / 'real_data.png'}")


try:
    picture()
except MissingPartError as error:
    print(f"\nNo picture: {error}")
