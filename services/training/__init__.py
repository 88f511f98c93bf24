"""Training data, versions of the assistant's model, and which of them is live."""
