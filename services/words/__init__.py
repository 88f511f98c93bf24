"""Which words of the office does the assistant keep whole?"""
