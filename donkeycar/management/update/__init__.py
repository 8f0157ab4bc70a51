"""`donkey update`: a newer manage.py and config.py for a car, with its owner's changes."""
