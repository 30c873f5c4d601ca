"""The error function on arrays, which NumPy lacks. Generated code that needs it has a copy.

Source: W. J. Cody 1969, "Rational Chebyshev approximations for the error function",
Mathematics of Computation 23, with the coefficients of its program CALERF.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def erf(x: Any) -> Any:
    """The error function. Source: Cody 1969."""
    abs_x = np.abs(x)
    return np.where(abs_x < 0.46875, _erf_near_0(x), np.sign(x) * (1 - _erfc_from_0(abs_x)))


def erfc(x: Any) -> Any:
    """1 - erf(x), accurate even if it is small. Source: Cody 1969."""
    far = _erfc_from_0(np.abs(x))
    return np.where(np.abs(x) < 0.46875, 1 - _erf_near_0(x), np.where(x < 0, 2 - far, far))


def _erf_near_0(x: Any) -> Any:
    x = np.clip(x, -0.46875, 0.46875)
    z = x * x
    p = (((1.85777706184603153e-1 * z + 3.16112374387056560) * z + 1.13864154151050156e2) * z
         + 3.77485237685302021e2) * z + 3.20937758913846947e3  # fmt: skip
    q = (((z + 2.36012909523441209e1) * z + 2.44024637934444173e2) * z
         + 1.28261652607737228e3) * z + 2.84423683343917062e3  # fmt: skip
    return x * p / q


def _erfc_from_0(abs_x: Any) -> Any:
    y = np.clip(abs_x, 0.46875, 4)
    p = 2.15311535474403846e-8 * y + 5.64188496988670089e-1
    p = (p * y + 8.88314979438837594) * y + 6.61191906371416295e1
    p = (p * y + 2.98635138197400131e2) * y + 8.81952221241769090e2
    p = (p * y + 1.71204761263407058e3) * y + 2.05107837782607147e3
    p = p * y + 1.23033935479799725e3
    q = y + 1.57449261107098347e1
    q = (q * y + 1.17693950891312499e2) * y + 5.37181101862009858e2
    q = (q * y + 1.62138957456669019e3) * y + 3.29079923573345963e3
    q = (q * y + 4.36261909014324716e3) * y + 3.43936767414372164e3
    q = q * y + 1.23033935480374942e3
    middle = p / q
    y = np.clip(abs_x, 4, 30)  # from 27 on it is 0
    z = 1 / (y * y)
    p = (1.63153871373020978e-2 * z + 3.05326634961232344e-1) * z + 3.60344899949804439e-1
    p = ((p * z + 1.25781726111229246e-1) * z + 1.60837851487422766e-2) * z
    q = (z + 2.56852019228982242) * z + 1.87295284992346725
    q = ((q * z + 5.27905102951428412e-1) * z + 6.05183413124413191e-2) * z
    tail = z * (p + 6.58749161529837803e-4) / (q + 2.33520497626869185e-3)
    tail = (5.6418958354775628695e-1 - tail) / y
    y = np.clip(abs_x, 0.46875, 30)
    high = np.trunc(y * 16) / 16  # its square is exact
    scale = np.exp(-high * high) * np.exp(-(y - high) * (y + high))
    return scale * np.where(abs_x > 4, tail, middle)


FUNCTIONS = (erf, erfc, _erf_near_0, _erfc_from_0)
"""The functions to copy into code that calls one of them."""
