"""The operations: each a function of floats with its partial derivatives.

What goes in are floats; what comes out are floats, formulas (`formulas`) or, from the engine above,
Values. Read `op` first, then the operations by subject, each file using only those before it:
`arithmetic`, `piecewise`, `powers`, `trigonometry`, `activations`, `reductions`.
"""

from micrograd_tut.ops.activations import (
    elu as elu,
    erf as erf,
    gaussian as gaussian,
    gelu as gelu,
    leaky_relu as leaky_relu,
    normal_cdf as normal_cdf,
    relu as relu,
    sigmoid as sigmoid,
    silu as silu,
    softplus as softplus,
)
from micrograd_tut.ops.arithmetic import (
    add as add,
    div as div,
    mean as mean,
    mul as mul,
    neg as neg,
    sub as sub,
    sum as sum,
)
from micrograd_tut.ops.op import OPS as OPS, Op as Op, operation as operation
from micrograd_tut.ops.piecewise import (
    abs as abs,
    equal as equal,
    heaviside as heaviside,
    kink as kink,
    maximum as maximum,
    minimum as minimum,
    sign as sign,
    where as where,
)
from micrograd_tut.ops.powers import (
    cbrt as cbrt,
    direction as direction,
    exp as exp,
    expm1 as expm1,
    hypot as hypot,
    log as log,
    log1p as log1p,
    log_or_zero as log_or_zero,
    pow as pow,
    power_term as power_term,
    sqrt as sqrt,
)
from micrograd_tut.ops.reductions import (
    dot as dot,
    logsumexp as logsumexp,
    softmax as softmax,
    softmax_first as softmax_first,
    split_dot as split_dot,
    weighted_sum as weighted_sum,
)
from micrograd_tut.ops.trigonometry import (
    acos as acos,
    acosh as acosh,
    asin as asin,
    asinh as asinh,
    atan as atan,
    atanh as atanh,
    cos as cos,
    cosh as cosh,
    one_minus_square as one_minus_square,
    sech2 as sech2,
    sin as sin,
    sinh as sinh,
    tan as tan,
    tanh as tanh,
)
from micrograd_tut.support.validation import to_float as to_float
