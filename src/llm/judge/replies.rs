//! Replies as providers send them, and what each means: the table that the judge is held to.

/// Status, body, and the verdict in short.
pub(in crate::llm) const REPLIES: &[(u16, &str, &str)] = &[
    // OpenAI.
    (
        429,
        r#"{"error":{"message":"Rate limit reached for gpt-4o-mini in organization org-1 on tokens per min (TPM): Limit 200000, Used 195869, Requested 4412. Please try again in 84ms. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
        "limited 84 ms",
    ),
    (
        429,
        r#"{"error":{"message":"Rate limit reached for gpt-4o-mini on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
        "limited 432000 ms",
    ),
    (
        429,
        r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
        "abort: the account cannot be charged",
    ),
    (
        429,
        r#"{"error":{"message":"Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 34307. The input or output tokens must be reduced in order to run successfully.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#,
        "reject: the request is larger than the limit a minute",
    ),
    (
        400,
        r#"{"error":{"message":"This model's maximum context length is 4097 tokens. However, your messages resulted in 5013 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
        "reject: the request is too long for the model",
    ),
    (
        400,
        r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
        "reject: the server refused the request",
    ),
    (
        401,
        r#"{"error":{"message":"Incorrect API key provided: sk-abc4efgh.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        "abort: access denied",
    ),
    (
        403,
        r#"{"error":{"message":"Country, region, or territory not supported","type":"request_forbidden","param":null,"code":"unsupported_country_region_territory"}}"#,
        "abort: access denied",
    ),
    (
        404,
        r#"{"error":{"message":"The model `x` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
        "abort: no such model or address",
    ),
    (
        500,
        r#"{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}"#,
        "retry",
    ),
    (
        503,
        r#"{"error":{"message":"Slow down","type":"service_unavailable","param":null,"code":"slow_down"}}"#,
        "retry",
    ),
    // Azure, and its gateway.
    (
        429,
        r#"{"error":{"code":"429","message":"Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 22 seconds. Please go here: https://aka.ms/oai/quotaincrease."}}"#,
        "limited 22000 ms",
    ),
    (
        429,
        r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 10 seconds."}"#,
        "limited 10000 ms",
    ),
    (
        400,
        r#"{"error":{"code":"content_filter","param":"prompt","status":400,"message":"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.","innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}"#,
        "reject: a content filter stopped the request",
    ),
    (
        404,
        r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist."}}"#,
        "abort: no such model or address",
    ),
    (
        401,
        r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key or wrong API endpoint."}}"#,
        "abort: access denied",
    ),
    // OpenRouter.
    (
        200,
        r#"{"error":{"code":502,"message":"Provider returned error","metadata":{"provider_name":"p"}}}"#,
        "retry",
    ),
    (
        200,
        r#"{"error":{"code":402,"message":"Insufficient credits"}}"#,
        "abort: the account cannot be charged",
    ),
    (200, r#"{"error":{"code":429,"message":"slow down"}}"#, "limited"),
    (
        200,
        r#"{"id":"gen-1","choices":[{"error":{"code":502,"message":"Upstream error"},"finish_reason":"error","message":{"role":"assistant","content":"{\"mo"}}],"usage":{"prompt_tokens":9}}"#,
        "retry",
    ),
    (
        200,
        r#"{"choices":[{"error":{"code":502,"message":"m"}},{"message":{"content":"yes"}}],"usage":{"prompt_tokens":9}}"#,
        "done",
    ),
    (
        400,
        r#"{"error":{"code":400,"message":"Provider returned error","metadata":{"raw":"{\"error\":{\"message\":\"This endpoint's maximum context length is 8192 tokens.\"}}","provider_name":"p"}}}"#,
        "reject: the request is too long for the model",
    ),
    (
        402,
        r#"{"error":{"code":402,"message":"This request requires more credits, or fewer max_tokens."}}"#,
        "abort: the account cannot be charged",
    ),
    (
        403,
        r#"{"error":{"code":403,"message":"openai/gpt-4o requires moderation. Your input was flagged.","metadata":{"reasons":["violence"],"flagged_input":"my key is insufficient_quota"}}}"#,
        "reject: a content filter stopped the request",
    ),
    (408, r#"{"error":{"code":408,"message":"Request timed out"}}"#, "retry"),
    (
        429,
        r#"{"error":{"message":"Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day","code":429,"metadata":{"headers":{"X-RateLimit-Limit":"50","X-RateLimit-Remaining":"0"}}}}"#,
        "abort: the limit a day is used up",
    ),
    (502, r#"{"error":{"code":502,"message":"Provider returned error"}}"#, "retry"),
    (503, r#"{"error":{"code":503,"message":"No available provider"}}"#, "retry"),
    // Gemini, where an ordinary limit a minute is told in the words of an empty account.
    (
        429,
        r#"[{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"GenerateRequestsPerMinutePerProjectPerModel-FreeTier","quotaValue":"15"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}]"#,
        "limited 34000 ms",
    ),
    (
        429,
        r#"[{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details. Please retry in 34.07s.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier","quotaValue":"200"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}]}}]"#,
        "abort: the limit a day is used up",
    ),
    (
        400,
        r#"[{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}]"#,
        "abort: access denied",
    ),
    (503, r#"[{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]"#, "retry"),
    // Mistral; what it repeats of the request is not what it says.
    (
        422,
        r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted","input":"prompt is too long, flagged, insufficient_quota"}]}"#,
        "reject: the server refused the request",
    ),
    (
        429,
        r#"{"object":"error","message":"Requests rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}"#,
        "limited",
    ),
    // Groq.
    (
        400,
        r#"{"error":{"message":"Failed to generate JSON. Please adjust your prompt.","type":"invalid_request_error","code":"json_validate_failed","failed_generation":"insufficient_quota"}}"#,
        "retry",
    ),
    (
        400,
        r#"{"error":{"message":"The model `x` has been decommissioned","type":"invalid_request_error","code":"model_decommissioned"}}"#,
        "abort: no such model or address",
    ),
    (
        413,
        r#"{"error":{"message":"Request too large for model `x` in organization `o` on tokens per minute (TPM): Limit 6,000, Requested 6,931, please reduce your message size and try again.","type":"tokens","code":"rate_limit_exceeded"}}"#,
        "reject: the request is larger than the limit a minute",
    ),
    (
        429,
        r#"{"error":{"message":"Rate limit reached for model `x` on tokens per day (TPD): Limit 500000, Used 499900, Requested 4412. Please try again in 1h2m3.5s.","type":"tokens","code":"rate_limit_exceeded"}}"#,
        "limited 3723500 ms",
    ),
    (
        498,
        r#"{"error":{"message":"Flex tier capacity exceeded, please try again later","type":"capacity"}}"#,
        "retry",
    ),
    // DeepSeek, which sends blank lines while a request waits.
    (
        402,
        r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","param":null,"code":"invalid_request_error"}}"#,
        "abort: the account cannot be charged",
    ),
    (
        503,
        "\n\n\n{\"error\":{\"message\":\"Service is too busy\",\"type\":\"service_unavailable_error\"}}",
        "retry",
    ),
    (200, "\n\n\n{\"choices\":[{\"message\":{\"content\":\"an \\\"error\\\"\"}}]}", "done"),
    // Anthropic.
    (529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "retry"),
    (
        402,
        r#"{"type":"error","error":{"type":"billing_error","message":"m"}}"#,
        "abort: the account cannot be charged",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."}}"#,
        "abort: the account cannot be charged",
    ),
    (
        429,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of 40,000 input tokens per minute."}}"#,
        "limited",
    ),
    (
        413,
        r#"{"type":"error","error":{"type":"request_too_large","message":"m"}}"#,
        "reject: the request is too large",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 205000 tokens > 200000 maximum"}}"#,
        "reject: the request is too long for the model",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000, decrease input length or `max_tokens` and try again"}}"#,
        "reject: the request is too long for the model",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."}}"#,
        "abort: the account cannot be charged",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Output blocked by content filtering policy"}}"#,
        "reject: a content filter stopped the request",
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"messages.0.content.1.image.source.base64.data: Could not process image"}}"#,
        "reject: the server refused the request",
    ),
    (
        401,
        r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
        "abort: access denied",
    ),
    (
        404,
        r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-x"},"request_id":"req_1"}"#,
        "abort: no such model or address",
    ),
    (500, r#"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#, "retry"),
    (200, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "retry"),
    // Ollama.
    (503, r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#, "retry"),
    (404, r#"{"error":"model 'x' not found"}"#, "abort: no such model or address"),
    (500, r#"{"error":"llama runner process has terminated"}"#, "retry"),
    (200, r#"{"error":"an error was encountered while running the model"}"#, "retry"),
    // llama.cpp.
    (
        400,
        r#"{"error":{"code":400,"type":"exceed_context_size_error","message":"request (8019 tokens) exceeds the available context size (2048 tokens), try increasing it","n_prompt_tokens":8019,"n_ctx":2048}}"#,
        "reject: the request is too long for the model",
    ),
    (
        500,
        r#"{"error":{"code":500,"message":"image input is not supported - hint: if this is unexpected, you may need to provide the mmproj","type":"server_error"}}"#,
        "reject: the model takes no images",
    ),
    (
        500,
        r#"{"error":{"code":500,"message":"The model produced output that does not match the expected peg-native format","type":"server_error"}}"#,
        "retry",
    ),
    (
        400,
        r#"{"error":{"code":400,"message":"Failed to load image or audio file","type":"invalid_request_error"}}"#,
        "reject: the server refused the request",
    ),
    (503, r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, "retry"),
    // llama-cpp-python; its complaint is final when it comes twice, which one reply does not tell.
    (
        500,
        r#"{"error":{"message":"[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]","type":"internal_server_error","param":null,"code":null}}"#,
        "retry",
    ),
    (401, r#"{"detail":"Invalid API key"}"#, "abort: access denied"),
    // LiteLLM.
    (
        429,
        r#"{"error":{"message":"Rate limit exceeded for api_key: x. Limit type: tokens. Current limit: 40, Remaining: 10","type":"throttling_error","param":null,"code":"429"}}"#,
        "limited",
    ),
    (
        429,
        r#"{"error":{"message":"No deployments available for selected model, Try again in 5 seconds. Passed model=m.","type":"None","param":"None","code":"429"}}"#,
        "limited 5000 ms",
    ),
    (
        429,
        r#"{"error":{"message":"litellm.RateLimitError: OpenAIException - Error code: 429 - {'error': {'message': 'You exceeded your current quota', 'code': 'insufficient_quota'}}","type":"throttling_error","param":null,"code":"429"}}"#,
        "abort: the account cannot be charged",
    ),
    (
        400,
        r#"{"error":{"message":"Budget has been exceeded! Current cost: 0.1, Max budget: 0.05","type":"budget_exceeded","param":null,"code":"400"}}"#,
        "abort: the account cannot be charged",
    ),
    (
        400,
        r#"{"error":{"message":"/chat/completions: Invalid model name passed in model=nope. Call `/v1/models` to view available models for your key.","type":"invalid_request_error","param":"model","code":"400"}}"#,
        "abort: no such model or address",
    ),
    (
        400,
        r#"{"error":{"message":"litellm.BadRequestError: litellm.ContentPolicyViolationError: AzureException - m","type":null,"param":null,"code":"400"}}"#,
        "reject: a content filter stopped the request",
    ),
    (
        401,
        r#"{"error":{"message":"Authentication Error, Invalid proxy server token passed","type":"auth_error","param":"None","code":"401"}}"#,
        "abort: access denied",
    ),
    (
        408,
        r#"{"error":{"message":"litellm.Timeout: APITimeoutError","type":"timeout_error","param":null,"code":"408"}}"#,
        "retry",
    ),
    (
        400,
        r#"{"error":{"message":"litellm.ContextWindowExceededError: litellm.BadRequestError: m\nmodel=m. context_window_fallbacks=None. fallbacks=None.","type":"invalid_request_error","param":null,"code":"400"}}"#,
        "reject: the request is too long for the model",
    ),
    (
        429,
        r#"{"error":{"message":"litellm.RateLimitError: Model rate limit exceeded. RPM limit=3, current usage=4\n\nLiteLLM: model group 'm' failed with the error above. No fallback was attempted.","type":"throttling_error","param":null,"code":"429"}}"#,
        "limited",
    ),
    (
        401,
        r#"{"error":{"message":"{'error': {'message': 'Incorrect API key provided', 'type': 'invalid_request_error', 'param': None, 'code': 'invalid_api_key'}}","type":"auth_error","param":"None","code":"401"}}"#,
        "abort: access denied",
    ),
    // vLLM.
    (
        400,
        r#"{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.","type":"BadRequestError","param":null,"code":400}"#,
        "reject: the request is too long for the model",
    ),
    (
        404,
        r#"{"error":{"message":"The model `x` does not exist.","type":"NotFoundError","param":"model","code":404}}"#,
        "abort: no such model or address",
    ),
    (401, r#"{"error":"Unauthorized"}"#, "abort: access denied"),
    // LM Studio.
    (
        400,
        r#"{"error":"Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough."}"#,
        "reject: the request is too long for the model",
    ),
    (
        400,
        r#"{"error":"'response_format.type' must be 'json_schema' or 'text'"}"#,
        "reject: the server refused the request",
    ),
    // Proxies, and what is no provider at all.
    (502, "<html><head><title>502 Bad Gateway</title></head></html>", "retry"),
    (400, "{}", "reject: the server refused the request"),
    (200, r#"{"error":"unknown"}"#, "retry"),
    (200, r#"{"error":null,"choices":[{"message":{"content":"a"}}]}"#, "done"),
    (
        200,
        r#"{"error":{"message":"","type":"","code":null},"choices":[{"message":{"content":"a"}}]}"#,
        "done",
    ),
    (200, r#"{"error":{"message":"m","type":"rate_limit_error","code":null}}"#, "limited"),
    (
        200,
        r#"{"error":{"message":"m","code":"content_filter"}}"#,
        "reject: a content filter stopped the request",
    ),
    (
        400,
        r#"{"error":{"message":"bad","code":"c"},"echo":"insufficient_quota, flagged, maximum context length"}"#,
        "reject: the server refused the request",
    ),
    (
        400,
        r#"{"error":{"message":"cannot read \"insufficient_quota\" in your text","code":"c"}}"#,
        "reject: the server refused the request",
    ),
];
