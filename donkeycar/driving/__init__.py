"""Who drives: orders, who gave them, until when they hold, and who of several drivers counts.

Standard library only.
"""
