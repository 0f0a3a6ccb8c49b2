"""A drop folder: every file that arrives there is read once. README.md says what "once" and "arrived" mean."""
