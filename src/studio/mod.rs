//! Label Studio's REST API, as far as this tool needs it.
