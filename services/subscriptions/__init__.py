"""What does a citizen want to hear of? Topics and districts that citizens follow, and who wants no notices any more."""
