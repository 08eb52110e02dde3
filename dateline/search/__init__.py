"""From a question to a page: question, find, answer. The only room that reads entries."""
