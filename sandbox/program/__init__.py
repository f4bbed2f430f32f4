"""The program under rehearsal: the language host that runs it, and what programs of other folders need."""
