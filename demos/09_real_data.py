"""Real data: iris, wine, breast cancer and handwritten digits, compared with scikit-learn.

You will see, for each data set and several seeds, the accuracy on a test set of a quarter of the
rows: of a network of Values, and of scikit-learn's MLPClassifier with the same layers,
initialisation, learning rate, batches, epochs and split. Takes about 20 seconds.

    python demos/09_real_data.py --out out
"""

import time
import warnings
from statistics import fmean
from typing import Any

from _setup import options, save_picture

import micrograd_tut as mg
from micrograd_tut.train.data import data_set
from micrograd_tut.train.preprocessing import Preprocessing

args = options(__doc__, quick="iris only, one seed")

LEARNING_RATE, BATCH = 0.01, 16
SETTINGS = {  # hidden layer, epochs, seeds
    "iris": (16, 100, 5),
    "wine": (16, 20, 5),
    "breast_cancer": (16, 10, 5),
    "digits": (32, 10, 5),
}
if args.quick:
    SETTINGS = {"iris": (16, 15, 1)}


def test_accuracies(name: str, hidden: int, epochs: int, seed: int) -> tuple[float, float]:
    """The test accuracy of our network and of scikit-learn's."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    train, test = data_set(name).split(held_out=0.25, seed=seed)
    preprocessing = Preprocessing.fit(train)
    parts = [(preprocessing.transform(part.X), part.y.astype(int)) for part in (train, test)]
    classes = len(train.classes)
    model = mg.MLP(
        len(train.inputs),
        [hidden, 1 if classes == 2 else classes],
        output="sigmoid" if classes == 2 else "softmax",
        init="xavier",
        seed=seed,
    )
    mg.fit(
        model,
        *parts[0],
        optimizer=mg.Adam(LEARNING_RATE),
        epochs=epochs,
        batch_size=BATCH,
        seed=seed,
        progress=False,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs = MLPClassifier(
            (hidden,),
            learning_rate_init=LEARNING_RATE,
            batch_size=BATCH,
            max_iter=epochs,
            random_state=seed,
        ).fit(*parts[0])
    return mg.evaluate(model, *parts[1])["accuracy"], theirs.score(*parts[1])


results = {}
print("data set        layers        seeds     ours   scikit-learn   difference   seconds")
for name, (hidden, epochs, seeds) in SETTINGS.items():
    started = time.perf_counter()
    pairs = [test_accuracies(name, hidden, epochs, seed) for seed in range(seeds)]
    ours, theirs = (fmean(column) for column in zip(*pairs, strict=True))
    results[name] = pairs
    data = data_set(name)
    outputs = 1 if len(data.classes) == 2 else len(data.classes)
    layers = f"{len(data.inputs)}-{hidden}-{outputs}"
    seconds = time.perf_counter() - started
    print(f"{name:15} {layers:12} {seeds:6} {ours:8.2%} {theirs:14.2%} "
          f"{100 * (ours - theirs):+7.2f} points {seconds:8.1f}")  # fmt: skip


def picture(figure: Any) -> None:
    axes = figure.subplots()
    for side, label, colour in ((0, "ours", "#1f5fa8"), (1, "scikit-learn", "#c2431f")):
        for i, pairs in enumerate(results.values()):
            x, accuracies = i + 0.3 * side - 0.15, [pair[side] for pair in pairs]
            axes.plot(x, fmean(accuracies), "_", color=colour, markersize=38, markeredgewidth=3,
                      label=label if i == 0 else "")  # fmt: skip
            middle = (len(accuracies) - 1) / 2
            xs = [x + 0.04 * (seed - middle) for seed in range(len(accuracies))]
            axes.plot(xs, accuracies, "o", color=colour, markersize=5, alpha=0.7)
    axes.set_xticks(range(len(results)), results)
    axes.yaxis.set_major_formatter(lambda fraction, _: f"{fraction:.0%}")
    axes.grid(axis="y", alpha=0.3)
    axes.set_ylabel("accuracy on the test set")
    axes.set_title("Dots: one per seed (same split for both); lines: the mean")
    axes.legend(loc="lower right", markerscale=0.5)


save_picture(picture, args.out / "real_data.png", (7.2, 3.8), "Accuracies")
