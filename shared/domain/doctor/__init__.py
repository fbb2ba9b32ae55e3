"""The tree doctor: what must hold of every case, what does not, and what would mend it."""
