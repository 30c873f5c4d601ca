"""The operations: each a function of floats with its partial derivatives.

What goes in are floats; what comes out are floats, formulas (`formulas`) or, from the engine above,
Values. Read `op` first, then the operations by subject, each file using only those before it:
`arithmetic`, `piecewise`, `powers`, `trigonometry`, `activations`, `reductions`.
"""

from micrograd_tut.ops.activations import (
    elu as elu,
)
from micrograd_tut.ops.activations import (
    erf as erf,
)
from micrograd_tut.ops.activations import (
    gaussian as gaussian,
)
from micrograd_tut.ops.activations import (
    gelu as gelu,
)
from micrograd_tut.ops.activations import (
    leaky_relu as leaky_relu,
)
from micrograd_tut.ops.activations import (
    normal_cdf as normal_cdf,
)
from micrograd_tut.ops.activations import (
    relu as relu,
)
from micrograd_tut.ops.activations import (
    sigmoid as sigmoid,
)
from micrograd_tut.ops.activations import (
    silu as silu,
)
from micrograd_tut.ops.activations import (
    softplus as softplus,
)
from micrograd_tut.ops.arithmetic import (
    add as add,
)
from micrograd_tut.ops.arithmetic import (
    div as div,
)
from micrograd_tut.ops.arithmetic import (
    mean as mean,
)
from micrograd_tut.ops.arithmetic import (
    mul as mul,
)
from micrograd_tut.ops.arithmetic import (
    neg as neg,
)
from micrograd_tut.ops.arithmetic import (
    sub as sub,
)
from micrograd_tut.ops.arithmetic import (
    sum as sum,
)
from micrograd_tut.ops.op import OPS as OPS
from micrograd_tut.ops.op import Op as Op
from micrograd_tut.ops.op import operation as operation
from micrograd_tut.ops.piecewise import (
    abs as abs,
)
from micrograd_tut.ops.piecewise import (
    equal as equal,
)
from micrograd_tut.ops.piecewise import (
    heaviside as heaviside,
)
from micrograd_tut.ops.piecewise import (
    kink as kink,
)
from micrograd_tut.ops.piecewise import (
    maximum as maximum,
)
from micrograd_tut.ops.piecewise import (
    minimum as minimum,
)
from micrograd_tut.ops.piecewise import (
    sign as sign,
)
from micrograd_tut.ops.piecewise import (
    where as where,
)
from micrograd_tut.ops.powers import (
    cbrt as cbrt,
)
from micrograd_tut.ops.powers import (
    direction as direction,
)
from micrograd_tut.ops.powers import (
    exp as exp,
)
from micrograd_tut.ops.powers import (
    expm1 as expm1,
)
from micrograd_tut.ops.powers import (
    hypot as hypot,
)
from micrograd_tut.ops.powers import (
    log as log,
)
from micrograd_tut.ops.powers import (
    log1p as log1p,
)
from micrograd_tut.ops.powers import (
    log_or_zero as log_or_zero,
)
from micrograd_tut.ops.powers import (
    pow as pow,
)
from micrograd_tut.ops.powers import (
    power_term as power_term,
)
from micrograd_tut.ops.powers import (
    sqrt as sqrt,
)
from micrograd_tut.ops.reductions import (
    dot as dot,
)
from micrograd_tut.ops.reductions import (
    logsumexp as logsumexp,
)
from micrograd_tut.ops.reductions import (
    softmax as softmax,
)
from micrograd_tut.ops.reductions import (
    softmax_first as softmax_first,
)
from micrograd_tut.ops.reductions import (
    split_dot as split_dot,
)
from micrograd_tut.ops.reductions import (
    weighted_sum as weighted_sum,
)
from micrograd_tut.ops.trigonometry import (
    acos as acos,
)
from micrograd_tut.ops.trigonometry import (
    acosh as acosh,
)
from micrograd_tut.ops.trigonometry import (
    asin as asin,
)
from micrograd_tut.ops.trigonometry import (
    asinh as asinh,
)
from micrograd_tut.ops.trigonometry import (
    atan as atan,
)
from micrograd_tut.ops.trigonometry import (
    atanh as atanh,
)
from micrograd_tut.ops.trigonometry import (
    cos as cos,
)
from micrograd_tut.ops.trigonometry import (
    cosh as cosh,
)
from micrograd_tut.ops.trigonometry import (
    one_minus_square as one_minus_square,
)
from micrograd_tut.ops.trigonometry import (
    sech2 as sech2,
)
from micrograd_tut.ops.trigonometry import (
    sin as sin,
)
from micrograd_tut.ops.trigonometry import (
    sinh as sinh,
)
from micrograd_tut.ops.trigonometry import (
    tan as tan,
)
from micrograd_tut.ops.trigonometry import (
    tanh as tanh,
)
from micrograd_tut.support.validation import to_float as to_float
