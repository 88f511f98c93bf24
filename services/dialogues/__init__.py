"""What citizens and the assistant said to each other, read for the staff. Written by the bot; never by us."""
