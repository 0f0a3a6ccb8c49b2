"""JSON over HTTP as a source; README.md of this folder says how to use it."""
