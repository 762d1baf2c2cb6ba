"""The form of day.json as the contract has it, as a JSON Schema; knows nothing of sitegen."""

TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
TEXT = {"type": "string", "minLength": 1}
DAY_SCHEMA = {
    "type": "object",
    "required": ["schema", "date", "timezone", "clips", "gaps"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": 1},
        "date": {"type": "string", "format": "date"},
        "timezone": TEXT,
        "clips": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "kind", "camera", "start", "url"],
                "additionalProperties": False,
                "properties": {
                    "id": TEXT,
                    "kind": {"enum": ["event", "segment"]},
                    "movie": {"enum": ["timelapse", "debug"]},
                    "camera": TEXT,
                    "start": TIME,
                    "end": TIME,
                    "event": TEXT,
                    "title": TEXT,
                    "url": TEXT,
                    "video": {
                        "type": "object",
                        "required": ["url", "type"],
                        "additionalProperties": False,
                        "properties": {"url": TEXT, "bytes": {"type": "integer", "minimum": 1}, "type": TEXT},
                    },
                    "image": TEXT,
                    "preview": {
                        "type": "object",
                        "additionalProperties": False,
                        "minProperties": 1,
                        "properties": dict.fromkeys(("video", "poster", "sprite", "still"), TEXT),
                    },
                    "motion": {
                        "type": "object",
                        "additionalProperties": {"type": "integer"},
                        "minProperties": 1,
                    },
                    "keep": {"const": True},
                    "tags": {"type": "array", "items": TEXT, "minItems": 1},
                    "end_reason": TEXT,
                },
            },
        },
        "gaps": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["camera", "start", "cause"],
                "additionalProperties": False,
                "properties": {"camera": TEXT, "start": TIME, "end": TIME, "cause": TEXT},
            },
        },
    },
}
