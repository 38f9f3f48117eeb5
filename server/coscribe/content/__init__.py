"""What a document says, in every format, and the way back."""
