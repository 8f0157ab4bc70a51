"""LeRobot datasets, version 3.0: many short drives (episodes) at an even rate.

Source: lerobot 0.4.4 and 0.6.1 (names, columns and limits of `lerobot.datasets`), and
https://huggingface.co/docs/lerobot/lerobot-dataset-v3.
"""
