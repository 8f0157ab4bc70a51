"""The data report: finds problems of a dataset before anything is trained on it."""
