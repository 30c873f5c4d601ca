"""The sentences about steps that contain names or numbers, for the terminal and for the page.

The page fills in the same templates when a number of a leaf changes.
"""

from __future__ import annotations

SENTENCES = {
    # titles
    "start": "start: the leaves and their values",
    "compute": "forward: {computed}",
    "seed": "start of the backward pass: {gradient} = 1",
    "into": "backward: from {called} into {input}",
    "nothing": "backward: nothing flows through {called}",
    # the rule in symbols and in numbers
    "rule": "{into} += {upstream} · {local}",
    "no rule": "{gradient} = 0",
    "product": "{product} = {upstream} × {local}",
    "factors": "{upstream} × {local}",
    "sum": "{name}: {before} + {product} = {after}{paths}",
    "path": " (path {path} of {paths})",
    "seed sum": "{name}.grad: {before} → {after}",
    # remarks
    "left": "Left from an earlier backward(): {left}. This pass adds to {them}; call zero_grad() "
    "first to start at 0.",
    "of the seed": "The derivative of {output} with respect to itself is 1. The gradients flow "
    "back from here.",
    "why logits": "The last form gives the same number, and does not overflow however large its "
    "inputs are.",
    "no flow": "{output} does not depend on {node} here (gradient 0), so nothing flows back "
    "through it.",
    "flat": "The local derivative is 0 here: a small change of {input} does not change {node}.",
    "again": "{name} is used {paths} times, so this contribution is added to the gradient so far.",
    "held": "{name}.grad still held {before} from an earlier backward(); call zero_grad() to "
    "clear it.",
    # the story of a Value
    "made": "{name} = {data}, computed as {formula}",
    "leaf": "{name} = {data}, a leaf",
    "through": "through {called}:  {upstream} × {local} = {product}",
    "by definition": "{gradient} = 1 by definition",
    "nothing back": "{gradient} = 0: nothing flows back to it",
    "held before": "{before} (held before)",
    "more terms": "… ({count} more) …",
    # forward mode
    "forward start": "start: the values of the graph",
    "forward question": "How does each number change with {name}?",
    "forward remark": "The values are already computed; in forward mode the derivatives travel "
    "with them, from the leaf to the output.",
    "forward seed": "start of the forward mode: {itself} = 1",
    "forward seed remark": "The derivative of {name} with respect to itself is 1; that of the "
    "other leaves is 0.",
    "forward into": "forward: from {input} into {definition}",
    "forward from": "from {name}:  {numbers}",
    # what came of a nudge
    "nudge: moved": "{name} from {at} to {moved}: {output} from {before} to {after}",
    "nudge: slope": "  slope       ({after} - {before}) / {h} = {slope}",
    "nudge: gradient": "  gradient    {partial} = {gradient}",
    "nudge: prediction": "  prediction  gradient × h = {predicted}; the output changes by {change}",
    "nudge: difference": "  difference  {difference}{reason}",
    "nudge: none": ": the two agree.",
    "nudge: rounding": ": rounding. The two outputs are so close that their difference has\n"
    "              few correct digits; try a larger nudge.",
    "nudge: bend": ": the slope changes along the way. With a nudge ten times smaller the\n"
    "              difference is {finer}; the gradient is the limit for a nudge towards 0.",
    "nudge: kink": ": a kink: the function has no unique slope here. The slope on the\n"
    "              other side is {left}; a smaller nudge does not help.",
    # the usual mistakes
    "mistake: local": "That is only the local derivative of {computed}. Multiply it by the "
    "upstream gradient {gradient}.",
    "mistake: upstream": "That is the upstream gradient {gradient}. Multiply it by the local "
    "derivative {local} of {computed}.",
    "mistake: operand": "The local derivative of {computed} with respect to {input} is not "
    "{other}.",
    "mistake: swapped": "that: {first} and {second} are swapped",
    "mistake: at output": "The local derivative is {rule}; evaluate it at {input}, not at {node}.",
    "mistake: at input": "The local derivative is {rule}; evaluate it at {node}, not at {input}.",
    "mistake: minus": "The sign of the contribution through {computed} is wrong.",
    "mistake: sum": "The chain rule multiplies the upstream gradient {gradient} by the local "
    "derivative; it does not add them.",
    "mistake: reciprocal": "You used the reciprocal of the local derivative of {computed}.",
    # the quiz
    "quiz: question": "question {number} of {count}, where {where}",
    "quiz: right": "Right: {text}",
    "quiz: wrong": "Not quite. {text}",
    "quiz: unknown": "{got} is not correct. Try again, or take a hint{how}.",
    "quiz: score": "{score} of {most} points",
    "quiz: yours": "your answer: {got}.{why}",
    "quiz: not yet": "{name} has not been computed yet; you can use {known}",
    "quiz: no value": "there is no Value named {name}; the Values are {values}",
    "quiz: type": "Type a number, a fraction or a formula such as 2 * {output}.grad.",
    "quiz: points": "A right answer earns {points} points; each hint and each wrong answer costs "
    "one.",
    # endings
    "backward ending": "These are the gradients that {output}.backward() computes.",
    "forward ending": "{slope} = {number}. Reverse mode (backprop) gives the same number, and the "
    "gradients of all other leaves in the same pass.",
    # hints
    "hint: value": "Put the numbers of {inputs} into the formula.",
    "hint: multiply": "{start} the gradient of {node} by the local derivative of {node} with "
    "respect to {input}",
    "hint: forward mode": "Multiply {so_far} by the local derivative of {node} with respect to "
    "{input}.",
    # questions
    "ask: value": "What is the value of {name}?",
    "ask: backward": "What gradient flows back along this edge?",
    "ask: forward mode": "What derivative flows forward along this edge?",
}
"""By what they are for."""


def sentence(key: str, **parts: object) -> str:
    """A sentence with its names and numbers filled in.

    >>> sentence("no rule", gradient="∂L/∂a")
    '∂L/∂a = 0'
    """
    return SENTENCES[key].format(**parts)
