"""The way back from a loss: `plan` has the steps, one module for each kind of loss."""
