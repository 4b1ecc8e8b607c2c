"""Where money would be worth most, by what people are worth and not by what they click."""
