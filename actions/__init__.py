"""Custom actions, one module per topic: slots -> call to a backend over HTTP -> events and replies."""
