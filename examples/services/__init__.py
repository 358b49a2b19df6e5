"""What each service gets from the stack's outputs, in the forms that deployments take."""
