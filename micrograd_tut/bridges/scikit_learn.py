"""Networks as estimators of scikit-learn: in a Pipeline, a grid search, a calibration.

>>> from sklearn.datasets import load_iris
>>> X, y = load_iris(return_X_y=True)
>>> classifier = MGClassifier(hidden=(16,), lr=0.01, random_state=0).fit(X, y)
>>> classifier.score(X, y) > 0.95
True
>>> classifier.predict_proba(X).shape
(150, 3)
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np

from micrograd_tut.compiler import compile
from micrograd_tut.errors import InputError, MissingPartError
from micrograd_tut.nn import MLP
from micrograd_tut.nn.predict import TASK_OF_ACTIVATION
from micrograd_tut.ops import OPS
from micrograd_tut.train.arrays import Array
from micrograd_tut.train.fit import fit
from micrograd_tut.train.optim import optimizer_of
from micrograd_tut.train.optimizer import Optimizer
from micrograd_tut.train.state_dict import state_dict

try:
    from scipy.special import expit, softmax
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.class_weight import compute_sample_weight
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError:
    raise MissingPartError(
        'this needs scikit-learn 1.6 or later: pip install "micrograd-tut[sklearn]"'
    ) from None

_OPTIMIZER = "_optimizer"  # the attribute with the state that partial_fit continues from


class Continued(Optimizer):
    """An optimizer that keeps its state from one call of `fit` to the next.

    Args:
        optimizer: The optimizer whose rule it follows.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        super().__init__(optimizer.lr)
        self.optimizer = optimizer
        self.averages = optimizer.averages

    def update(
        self, w: Array, g: Array, lr: float, *state: Array
    ) -> tuple[Array, tuple[Array, ...]]:
        """The update of the optimizer."""
        self.optimizer.steps = self.steps
        return self.optimizer.update(w, g, lr, *state)

    def reset_copy(self) -> Optimizer:
        """Itself, with its state."""
        return self


class Network(BaseEstimator):
    """What both estimators have in common: the settings, training, and outputs.

    The settings are those of `mg.MLP` and `mg.fit`; the defaults train as scikit-learn's own
    multi-layer perceptrons do by default.

    Args:
        hidden: The sizes of the hidden layers.
        activation, init: As for `mg.MLP`.
        optimizer: An optimizer, or a name from `mg.OPTIMIZERS`.
        lr: The learning rate, if `optimizer` is a name.
        epochs, l2, clip, schedule, compiled, dtype: As for `mg.fit`.
        batch_size: The number of rows per update, or "auto" for at most 200.
        validation: The fraction of the rows on which early stopping measures the loss; None to
            measure it on the training set.
        early_stopping, min_delta: As for `mg.fit`; None trains for all epochs.
        random_state: Seed for the initial weights, the validation set and the batches: an integer,
            a `numpy.random.RandomState`, or None for NumPy's global one.
        warm_start: Whether `fit` goes on from the parameters of the last call.
        verbose: Whether to show a progress bar.
        loss: As for `mg.fit` (default: mse for a regressor, cross-entropy for a classifier).

    Attributes:
        model_: The network, an `mg.MLP`.
        history_: The `mg.History` of the last fit.
        coefs_, intercepts_: The weights of each layer, shape (inputs, neurons), and its biases.
        n_iter_: The number of epochs of the last fit.
        loss_: The loss of the last epoch.
        n_features_in_, feature_names_in_: What scikit-learn keeps of X.
    """

    def __init__(
        self,
        hidden: Sequence[int] = (100,),
        activation: str = "relu",
        init: str = "xavier",
        optimizer: str | Optimizer = "adam",
        lr: float = 0.001,
        epochs: int = 200,
        batch_size: int | Literal["auto"] = "auto",
        l2: float = 0.0,
        clip: float | None = None,
        schedule: Any = None,
        validation: float | None = None,
        early_stopping: int | None = 10,
        min_delta: float = 1e-4,
        compiled: bool | str = True,
        dtype: str = "float64",
        random_state: Any = None,
        warm_start: bool = False,
        verbose: bool = False,
        loss: str | None = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.init = init
        self.optimizer = optimizer
        self.lr = lr
        self.epochs = epochs
        self.batch_size = batch_size
        self.l2 = l2
        self.clip = clip
        self.schedule = schedule
        self.validation = validation
        self.early_stopping = early_stopping
        self.min_delta = min_delta
        self.compiled = compiled
        self.dtype = dtype
        self.random_state = random_state
        self.warm_start = warm_start
        self.verbose = verbose
        self.loss = loss

    def _train(self, X: Array, targets: Any, weights: Array | None, outputs: int) -> None:
        """Train until the end, from new parameters or with `warm_start` from those of before."""
        if not (self.warm_start and hasattr(self, "model_")):
            self.model_ = self._new_model(X.shape[1], outputs)
            self.__dict__.pop(_OPTIMIZER, None)
        self._run(
            X,
            targets,
            weights,
            self._new_optimizer(),
            epochs=self.epochs,
            schedule=self.schedule,
            validation=self.validation,
            early_stopping=self.early_stopping,
            min_delta=0.0 if self.early_stopping is None else self.min_delta,
        )

    def _train_further(self, X: Array, targets: Any, weights: Array | None, outputs: int) -> None:
        """Train one epoch more, from the parameters and the optimizer of before."""
        if not hasattr(self, "model_"):
            self.model_ = self._new_model(X.shape[1], outputs)
        if not hasattr(self, _OPTIMIZER):
            setattr(self, _OPTIMIZER, Continued(self._new_optimizer()))
        self._run(X, targets, weights, getattr(self, _OPTIMIZER), epochs=1)

    def _run(
        self, X: Array, targets: Any, weights: Array | None, optimizer: Optimizer, **settings: Any
    ) -> None:
        batch_size = min(200, len(X)) if self.batch_size == "auto" else self.batch_size
        self.history_ = fit(
            self.model_,
            X,
            targets,
            self.loss,
            optimizer=optimizer,
            batch_size=batch_size,
            sample_weight=None if weights is None else weights * (len(X) / weights.sum()),
            l2=self.l2,
            clip=self.clip,
            compiled=self.compiled,
            dtype=self.dtype,
            seed=self._seed(),
            progress=self.verbose,
            metrics=[],
            **settings,
        )
        arrays = state_dict(self.model_)
        layers = range(len(self.model_.layers))
        self.coefs_ = [arrays[f"layers.{i}.weight"].T for i in layers]
        self.intercepts_ = [arrays[f"layers.{i}.bias"] for i in layers]
        self.n_iter_ = len(self.history_)
        self.loss_ = self.history_.rows[-1]["loss"] if self.n_iter_ else np.nan

    def _new_model(self, inputs: int, outputs: int) -> MLP:
        return MLP(
            inputs,
            [*self.hidden, outputs],
            activation=self.activation,
            output=self._output_activation(outputs),
            init=self.init,
            seed=self._seed(),
        )

    def _output_activation(self, outputs: int) -> str:
        """The activation of the output layer; a subclass defines it."""
        raise NotImplementedError

    def _new_optimizer(self) -> Optimizer:
        optimizer = optimizer_of(self.optimizer)
        if isinstance(self.optimizer, str):
            optimizer.lr = self.lr
        return optimizer

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31))

    def _checked(self, X: Any, y: Any, sample_weight: Any, reset: bool, **how: Any) -> Any:
        """X and y as arrays, and weights if there are any.

        Rows of weight 0 are left out.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, reset=reset, **how)
        if sample_weight is None:
            return X, y, None
        weights = _check_sample_weight(sample_weight, X, dtype=np.float64, ensure_non_negative=True)
        kept = weights > 0
        if not kept.any():
            raise InputError("all sample weights are 0, so there is nothing to learn")
        return X[kept], y[kept], weights[kept]

    def _logits(self, X: Any) -> Array:
        """The outputs before a sigmoid or softmax, shape (rows, outputs)."""
        check_is_fitted(self)
        values: Array = validate_data(self, X, dtype=np.float64, reset=False)
        *hidden, last = self.model_.layers
        for layer, w, b in zip([*hidden, last], self.coefs_, self.intercepts_, strict=True):
            values = values @ w + b
            if layer is not last or layer.activation not in TASK_OF_ACTIVATION:
                values = _array_function(layer.activation)(values)
        return values


class MGClassifier(ClassifierMixin, Network):
    """A classifier: a network with one sigmoid output for two classes, or a softmax for more.

    Args:
        class_weight: The weight of each class, or "balanced".
        hidden, …, loss: As for `Network`.

    Attributes:
        classes_: The classes, in order.
    """

    def __init__(
        self,
        hidden: Sequence[int] = (100,),
        activation: str = "relu",
        init: str = "xavier",
        optimizer: str | Optimizer = "adam",
        lr: float = 0.001,
        epochs: int = 200,
        batch_size: int | Literal["auto"] = "auto",
        l2: float = 0.0,
        clip: float | None = None,
        schedule: Any = None,
        validation: float | None = None,
        early_stopping: int | None = 10,
        min_delta: float = 1e-4,
        compiled: bool | str = True,
        dtype: str = "float64",
        random_state: Any = None,
        warm_start: bool = False,
        verbose: bool = False,
        loss: str | None = None,
        class_weight: Mapping[Any, float] | str | None = None,
    ) -> None:
        super().__init__(
            hidden, activation, init, optimizer, lr, epochs, batch_size, l2, clip, schedule,
            validation, early_stopping, min_delta, compiled, dtype, random_state, warm_start,
            verbose, loss,
        )  # fmt: skip
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Args:
            X: Shape (rows, inputs).
            y: One class per row: numbers or texts.
            sample_weight: One weight of at least 0 per row; only their ratios matter.

        Raises:
            ValueError: an argument does not fit, as for `mg.fit`; there are fewer than two classes;
                or, with `warm_start`, the classes are not those of before.
        """
        X, y, weights = self._checked(X, y, sample_weight, reset=True)
        check_classification_targets(y)
        classes = np.unique(y)
        if len(classes) < 2:
            raise InputError(
                f"y has only one class, {classes.tolist()[0]!r}; a classifier needs two"
            )
        if self.warm_start and hasattr(self, "model_"):
            self._check_known(classes)
        else:
            self.classes_ = classes
        self._train(X, *self._targets(y, weights))
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, going on from where the last call ended.

        Args:
            X, y, sample_weight: As for `fit`.
            classes: All classes, which the first call needs.

        Raises:
            ValueError: as for `fit`, or `classes` is missing in the first call.
        """
        first = not hasattr(self, "classes_")
        X, y, weights = self._checked(X, y, sample_weight, reset=not hasattr(self, "model_"))
        check_classification_targets(y)
        if first:
            if classes is None:
                raise InputError("the first call of partial_fit needs classes=[...], all of them")
            self.classes_ = np.unique(classes)
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise InputError(f"classes must be {self.classes_.tolist()} in every call")
        self._check_known(np.unique(y))
        self._train_further(X, *self._targets(y, weights))
        return self

    def _check_known(self, classes: Any) -> None:
        unknown = np.setdiff1d(classes, self.classes_).tolist()
        if unknown:
            raise InputError(
                f"y has the class {unknown[0]!r}, which is not one of {self.classes_.tolist()}"
            )

    def _targets(self, y: Any, weights: Array | None) -> tuple[Any, Array | None, int]:
        """The numbers of the classes, the weights of the rows, and the number of outputs."""
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, y)
            weights = by_class if weights is None else by_class * weights
        outputs = 1 if len(self.classes_) == 2 else len(self.classes_)
        return np.searchsorted(self.classes_, y), weights, outputs

    def _run(self, *args: Any, **settings: Any) -> None:
        super()._run(*args, **settings)
        if all(isinstance(name, str) for name in self.classes_):
            self.model_.class_names = tuple(map(str, self.classes_))

    def _output_activation(self, outputs: int) -> str:
        return "sigmoid" if outputs == 1 else "softmax"

    def predict(self, X: Any) -> Any:
        """The most probable class of each row, shape (rows,)."""
        logits = self._logits(X)
        if logits.shape[1] == 1:
            return self.classes_[(logits[:, 0] > 0).astype(int)]
        return self.classes_[logits.argmax(axis=1)]

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class, shape (rows, classes), in the order of `classes_`."""
        logits = self._logits(X)
        probabilities: Array = (
            np.hstack([expit(-logits), expit(logits)])
            if logits.shape[1] == 1
            else softmax(logits, axis=1)
        )
        return probabilities

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithms of the probabilities."""
        with np.errstate(divide="ignore"):
            logarithms: Array = np.log(self.predict_proba(X))
        return logarithms


class MGRegressor(RegressorMixin, Network):
    """A regressor: a network with one linear output per target.

    Args:
        hidden, …, loss: As for `Network`.
    """

    def __sklearn_tags__(self) -> Any:  # scikit-learn's hook: what the estimator can do
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train the network.

        Args:
            X: Shape (rows, inputs).
            y: The targets, shape (rows,) or (rows, targets).
            sample_weight: One weight of at least 0 per row; only their ratios matter.

        Raises:
            ValueError: an argument does not fit, as for `mg.fit`.
        """
        self._train(*self._data(X, y, sample_weight, reset=True))
        return self

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these rows, going on from where the last call ended.

        Args:
            X, y, sample_weight: As for `fit`.

        Raises:
            ValueError: as for `fit`.
        """
        self._train_further(*self._data(X, y, sample_weight, reset=not hasattr(self, "model_")))
        return self

    def _data(
        self, X: Any, y: Any, sample_weight: Any, reset: bool
    ) -> tuple[Array, Any, Array | None, int]:
        how = {"multi_output": True, "y_numeric": True}
        X, y, weights = self._checked(X, y, sample_weight, reset, **how)
        self._is_flat = y.ndim == 1
        return X, y, weights, 1 if y.ndim == 1 else y.shape[1]

    def _output_activation(self, outputs: int) -> str:  # noqa: ARG002
        return "linear"

    def predict(self, X: Any) -> Array:
        """The predictions, shape (rows,) or (rows, targets)."""
        outputs = self._logits(X)
        return outputs[:, 0] if self._is_flat else outputs


_ARRAY_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda z: z,
    "sigmoid": expit,
    "softmax": lambda z: softmax(z, axis=1),
}


@functools.cache
def _array_function(activation: str) -> Callable[[Array], Array]:
    """An activation as a function of weighted sums of shape (rows, neurons)."""
    if activation in _ARRAY_FUNCTIONS:
        return _ARRAY_FUNCTIONS[activation]
    elementwise = compile(lambda x: OPS[activation](x))
    return lambda z: elementwise(z.ravel()).reshape(z.shape)
