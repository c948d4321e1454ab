"""A model for LiteLLM that answers each request with a random instance of the request's own JSON schema.

The same messages with the same schema give the same answer, so a test can be run again.
"""

import asyncio
import json
import random
import zlib

from litellm import CustomLLM, ModelResponse, Usage

LATENCY_SECONDS = 0.02
WORDS = "amber birch cedar dune ember fjord grove harbor isle juniper".split()
DATES = {"date": "2024-03-05", "time": "14:30:00", "date-time": "2024-03-05T14:30:00Z"}


def instance(schema: dict, rng: random.Random):
    """Returns a random value that fits the schema; a schema without type is read as a string."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return instance(rng.choice(schema[key]), rng)
    kind = schema.get("type", "string")
    if isinstance(kind, list):
        kind = rng.choice(kind)
    match kind:
        case "object":
            return {name: instance(child, rng) for name, child in schema.get("properties", {}).items()}
        case "array":
            return distinct_items(schema, rng)
        case "integer":
            return rng.randint(int(schema.get("minimum", 0)), int(schema.get("maximum", 10)))
        case "number":
            return round(rng.uniform(schema.get("minimum", 0), schema.get("maximum", 10)), 2)
        case "boolean":
            return rng.random() < 0.5
        case "null":
            return None
    return DATES.get(schema.get("format", ""), " ".join(rng.choices(WORDS, k=3)))


def distinct_items(schema: dict, rng: random.Random) -> list:
    least = max(1, schema.get("minItems", 1))
    drawn = [instance(schema.get("items", {}), rng) for _ in range(rng.randint(least, least + 2))]
    by_text = {json.dumps(item): item for item in drawn}
    return list(by_text.values())[: schema.get("maxItems", len(drawn))]


def answer(options: dict, messages: list) -> str:
    wanted = options.get("response_format") or {}
    if wanted.get("type") != "json_schema":
        return "amber birch cedar"
    rng = random.Random(zlib.crc32(json.dumps([messages, wanted], sort_keys=True, default=str).encode()))
    return json.dumps(instance(wanted["json_schema"]["schema"], rng))


class Echo(CustomLLM):
    async def acompletion(self, *args, **call) -> ModelResponse:
        await asyncio.sleep(LATENCY_SECONDS)
        messages = call.get("messages", [])
        text = answer(call.get("optional_params") or {}, messages)
        response = call.get("model_response") or ModelResponse()
        response.choices[0].message.content = text
        response.choices[0].finish_reason = "stop"
        response.model = call.get("model")
        prompt_tokens = sum(len(str(message.get("content"))) for message in messages) // 4
        completion_tokens = max(1, len(text) // 4)
        response.usage = Usage(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            total_tokens=prompt_tokens + completion_tokens,
        )
        return response


echo = Echo()
