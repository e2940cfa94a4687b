"""The one gate to models: limits, budget, retry, price, structured answers."""
