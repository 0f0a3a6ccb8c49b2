"""Resolver: joins events that name their subject by a legacy code with what registrations tell."""
