"""The documentation: pages, and the scripts that write some of them from the code."""
