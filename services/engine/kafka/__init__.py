"""The part of Kafka's protocol that a transaction of version 2 needs, over aiokafka's client."""
