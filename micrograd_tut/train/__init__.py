"""Training: losses, optimizers, schedules, metrics, `fit`, and what goes wrong."""
