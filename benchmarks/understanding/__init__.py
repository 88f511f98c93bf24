"""How well does the assistant understand? Measured on data that is handed in, and on the project's own questions."""
