"""The area of the assistant's models: versions, what they are made from, and what they are judged by."""
