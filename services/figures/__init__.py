"""How the assistant does, in numbers: rolled up by the hour, so that looking costs the same however much there was."""
