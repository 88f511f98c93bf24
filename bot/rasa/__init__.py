"""Loaded by Rasa only: input channel, NLU components, tracker store."""
