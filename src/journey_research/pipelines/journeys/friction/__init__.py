"""Friction: where efforts meet resistance, told apart from where people merely leave, and what that costs."""
