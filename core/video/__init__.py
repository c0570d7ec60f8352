"""Reading videos; knows nothing about people."""
