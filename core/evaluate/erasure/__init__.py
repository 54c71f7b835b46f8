"""The parts of the erasure report and of M-ErasureBench."""
