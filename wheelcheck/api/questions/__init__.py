"""From the words of a caller to a question: keywords, settings, folders."""
