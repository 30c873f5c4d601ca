"""What one neuron can learn: AND and OR, but not XOR.

You will see one sigmoid neuron learn AND and OR, the six steps of a forward pass through it, and
its decision boundaries. No straight line separates XOR: there the neuron learns to output 0.5
everywhere. Takes about 2 seconds.

    python demos/05_what_one_neuron_can_do.py --out out
"""

from typing import Any

from _setup import options, save_picture

import micrograd_tut as mg

args = options(__doc__, quick="fewer epochs")

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
GATES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "XOR": [0, 1, 1, 0]}

neurons = {}
print("gate   output for 00     01     10     11   loss     accuracy   decision boundary")
for gate, y in GATES.items():
    neurons[gate] = neuron = mg.Neuron(2, activation="sigmoid", seed=1)
    mg.fit(neuron, X, y, optimizer=mg.Adam(0.1), epochs=60 if args.quick else 300, progress=False)
    scores = mg.evaluate(neuron, X, y)
    w1, w2, b = (round(p.data, 2) + 0.0 for p in neuron.parameters())  # + 0.0: no "-0.00"
    outputs = "".join(f"{p:7.3f}" for p in neuron.predict_proba(X)[:, 1])
    line = f"{w1:.2f} x1 {w2:+.2f} x2 {b:+.2f} = 0"
    print(f"{gate:4} {outputs:>38}   {scores['loss']:.4f} {scores['accuracy']:9.0%}     {line}")

print("\nThe AND neuron at (1, 1), step by step:")
print(neurons["AND"].explain([1.0, 1.0]))
print(
    "\nThe two points where XOR is true lie on opposite corners of the square: no straight line "
    "separates them from the others."
)


def picture(figure: Any) -> None:
    bands = [(i - 0.5) / 20 for i in range(22)]  # 0.5 is in the middle of a band
    across = [-0.5 + 2 * i / 40 for i in range(41)]
    for axes, (gate, neuron) in zip(figure.subplots(1, 3), neurons.items(), strict=True):
        p = [[neuron([a, b]).data for a in across] for b in across]
        shade = axes.contourf(across, across, p, bands, cmap="RdBu", vmin=-0.3, vmax=1.3)
        has_boundary = min(map(min, p)) < 0.4
        if has_boundary:
            axes.contour(across, across, p, [0.5], colors="black", linewidths=1.6)
        for x, t in zip(X, GATES[gate], strict=True):
            colour = "#08306b" if t else "#7f0000"
            axes.plot(*x, "o", color=colour, markersize=14, markeredgecolor="white")
            axes.annotate(str(t), x, color="white", ha="center", va="center", fontsize=9)
        axes.set_title(gate if has_boundary else f"{gate}: 0.5 everywhere")
        axes.set(xlabel="x1", ylabel="x2", xticks=[0, 1], yticks=[0, 1], aspect="equal")
    figure.colorbar(shade, label="output", ticks=[0, 0.5, 1])


save_picture(picture, args.out / "one_neuron_gates.png", (10, 3.6), "Decision boundaries")
