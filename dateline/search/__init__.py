"""From a question to a page: question, find, answer. The only package that reads entries."""
