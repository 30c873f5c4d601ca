"""What `demos/speed.py` measures, one subject in each module."""
