"""Where are citizens' identifiers kept while the assistant talks about them by tokens?"""
