"""Process replay: does it find what changed, and nothing else?"""
