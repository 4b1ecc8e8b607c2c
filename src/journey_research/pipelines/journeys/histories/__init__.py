"""What ordered histories of events say: funnels, steps, transitions, sequences, times, reach, retention."""
