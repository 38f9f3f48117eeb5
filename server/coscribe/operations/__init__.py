"""Operations: what whoever runs the server needs: metrics, logs, benchmarks."""
