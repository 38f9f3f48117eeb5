"""HTTP: the doors of the server: WebSocket endpoints, the REST API and the bundled editor."""
