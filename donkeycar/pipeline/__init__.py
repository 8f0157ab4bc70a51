"""Where donkeycar 5 had its training: only what an owner's myconfig.py imports from it is here."""
