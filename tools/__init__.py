"""Files of this repository that are written from the models and the rules."""
