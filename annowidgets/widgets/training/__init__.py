"""The lead's screens of annotator training: setting one up, and its dashboard."""
