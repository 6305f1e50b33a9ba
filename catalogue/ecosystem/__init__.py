"""The registry of the ecosystem: fact sheets of AI Factories, supercomputers, initiatives, calls and
offers, each a record of the journal."""
