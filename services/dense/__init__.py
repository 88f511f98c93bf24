"""Dense ranking: which texts mean the same as a question, by vectors from an OpenAI-compatible embeddings endpoint."""
