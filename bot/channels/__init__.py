"""One package a messaging platform; each turns a wire payload into our messages and back."""
