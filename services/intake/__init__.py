"""Intake: decodes, validates against the catalogue, gives each event its subject or sends it back."""
