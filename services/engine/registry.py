"""The registry client as the engine uses it.

It lives in `creditbus.topics`, because connectors and `topics apply` need it too and may not know the engine.
"""

from creditbus.topics.registry import (
    BACKWARD_TRANSITIVE,
    RegisteredSchema,
    RegistryError,
    SchemaRegistry,
    UnknownSchemaError,
)

__all__ = ["BACKWARD_TRANSITIVE", "RegisteredSchema", "RegistryError", "SchemaRegistry", "UnknownSchemaError"]
