"""The operations: each a function of floats with its partial derivatives.

What goes in are floats; what comes out are floats, formulas (`formulas`) or, from the engine above,
Values. Read `op` first, then the operations by subject, each file using only those before it:
`arithmetic`, `piecewise`, `powers`, `trigonometry`, `activations`, `reductions`.
"""

from micrograd_tut.ops.activations import (
    elu as elu,
    erf as erf,
    erfc as erfc,
    gaussian as gaussian,
    gelu as gelu,
    hard_sigmoid as hard_sigmoid,
    leaky_relu as leaky_relu,
    mish as mish,
    normal_cdf as normal_cdf,
    relu as relu,
    relu6 as relu6,
    selu as selu,
    sigmoid as sigmoid,
    silu as silu,
    softplus as softplus,
    softsign as softsign,
)
from micrograd_tut.ops.arithmetic import (
    add as add,
    div as div,
    floor_div as floor_div,
    mean as mean,
    mod as mod,
    mul as mul,
    neg as neg,
    prod as prod,
    sub as sub,
    sum as sum,
)
from micrograd_tut.ops.op import OPS as OPS, Op as Op, operation as operation
from micrograd_tut.ops.piecewise import (
    abs as abs,
    ceil as ceil,
    clip as clip,
    equal as equal,
    floor as floor,
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
    exp2 as exp2,
    expm1 as expm1,
    hypot as hypot,
    log as log,
    log1p as log1p,
    log2 as log2,
    log10 as log10,
    log_base as log_base,
    pow as pow,
    power_term as power_term,
    sqrt as sqrt,
    times_log as times_log,
)
from micrograd_tut.ops.reductions import (
    dot as dot,
    log_softmax as log_softmax,
    log_softmax_first as log_softmax_first,
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
    atan2 as atan2,
    atanh as atanh,
    cos as cos,
    cosh as cosh,
    degrees as degrees,
    one_minus_square as one_minus_square,
    radians as radians,
    sech2 as sech2,
    sin as sin,
    sinc as sinc,
    sinc_derivative as sinc_derivative,
    sinh as sinh,
    tan as tan,
    tanh as tanh,
)
from micrograd_tut.support.validation import to_float as to_float
