"""Decides by the key's own text, so that the proxy needs no database.

sk-test, sk-test-NAME           no limits
sk-rpm-N, sk-rpm-N-NAME         N requests a minute
sk-tpm-N, sk-tpm-N-NAME         N tokens a minute
sk-par-N, sk-par-N-NAME         N requests at once
anything else                   401

The proxy counts by key, so a NAME gives a test a minute of its own.
"""

import re

from fastapi import HTTPException
from litellm.proxy._types import UserAPIKeyAuth

LIMITS = {"rpm": "rpm_limit", "tpm": "tpm_limit", "par": "max_parallel_requests"}


async def check_key(request, api_key: str) -> UserAPIKeyAuth:
    if re.fullmatch(r"sk-test(-\w+)?", api_key or ""):
        return UserAPIKeyAuth(api_key=api_key)
    limited = re.fullmatch(r"sk-(rpm|tpm|par)-(\d+)(-\w+)?", api_key or "")
    if limited:
        return UserAPIKeyAuth(api_key=api_key, **{LIMITS[limited[1]]: int(limited[2])})
    error = {"message": "Incorrect API key provided", "type": "invalid_request_error", "param": None, "code": "invalid_api_key"}
    raise HTTPException(status_code=401, detail={"error": error})
