"""Conversions to and from office formats, e-books and PDF, each in a confined process that may die of it."""
