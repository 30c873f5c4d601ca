"""What can be done with a recorded graph: list it, expand it, name it, check its gradients."""
