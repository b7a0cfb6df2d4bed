"""Speed side by side with other tools; `make bench` prints it. Nothing here is a test."""
