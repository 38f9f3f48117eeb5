"""The API told to its callers, as an OpenAPI document and as a page to read; written down in `operations.py`."""
