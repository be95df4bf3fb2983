"""The parts of the self-assessment: keeping the answers, asking, showing where one stands, improving, taking away."""
