#!/usr/bin/env python3
"""Makes src/llm/prices.tsv from the price map inside an installed litellm.

    python3 -m venv venv && venv/bin/pip install --no-deps litellm
    python3 scripts/prices.py venv > src/llm/prices.tsv

The map is (c) BerriAI, MIT licence. Prices are US dollars per million tokens.
"""

import email
import json
import sys
import time
from pathlib import Path

PROVIDERS = ["openai", "azure", "anthropic", "deepseek", "gemini", "groq", "mistral", "xai"]
MAP = "model_prices_and_context_window_backup.json"


def dollars(value):
    """Returns a price per million tokens without the noise of floating point."""
    return "" if value is None else f"{round(value * 1e6, 6):g}"


def rows(models):
    for name, model in models.items():
        provider = model.get("litellm_provider")
        prices = [model.get("input_cost_per_token"), model.get("output_cost_per_token")]
        if provider not in PROVIDERS or model.get("mode") != "chat" or None in prices or not any(prices):
            continue
        name = name.removeprefix(f"{provider}/")
        yield provider, name, *map(dollars, [*prices, model.get("cache_read_input_token_cost")])


def is_needed(row, prices):
    """Tells whether the price differs from that of the name without its date, which is looked up instead."""
    provider, name, *price = row
    parts = name.split("-")
    bases = ["-".join(parts[:-1]), "-".join(parts[:-3])]
    sizes = [8, 10]
    for base, size in zip(bases, sizes):
        date = name[len(base) + 1 :]
        if len(date) == size and date.replace("-", "").isdigit() and prices.get((provider, base)) == price:
            return False
    return True


def main():
    folder = next(Path(sys.argv[1]).glob(f"**/litellm/{MAP}")).parent
    metadata = next(folder.parent.glob("litellm-*.dist-info/METADATA"))
    version = email.message_from_string(metadata.read_text())["Version"]
    day = time.strftime("%Y-%m-%d", time.gmtime((folder / MAP).stat().st_mtime))
    table = sorted(set(rows(json.loads((folder / MAP).read_text()))))
    prices = {(provider, name): price for provider, name, *price in table}
    print(f"# source\tlitellm {version}, taken {day}")
    print("# Made by scripts/prices.py from the price map of litellm (c) BerriAI, MIT licence.")
    print("# US dollars per million tokens: provider, model, input, output, cached input")
    for row in table:
        if is_needed(row, prices):
            print("\t".join(row))


if __name__ == "__main__":
    main()
