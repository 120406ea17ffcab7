"""Speed, memory and quality of the data engine, beside other tools: `python -m bench.data`."""
