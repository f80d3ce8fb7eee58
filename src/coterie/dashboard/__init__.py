"""The dashboard: one HTML file, aggregates of the marts only, that opens without a network."""
