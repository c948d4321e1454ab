//! Error answers in the shapes that Django REST framework and Label Studio give them.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What a route answers.
pub(super) type Answer = Result<Response, Refusal>;

/// An error answer.
#[derive(Debug)]
pub(super) struct Refusal(Box<Response>);

impl Refusal {
    /// Returns the usual envelope with this text.
    pub(super) fn new(status: u16, detail: &str) -> Self {
        Self::json(status, &envelope(status, detail))
    }

    /// Returns a 400 about one field, or about `non_field_errors`.
    pub(super) fn invalid(field: &str, messages: &Value) -> Self {
        Self::invalid_fields(&json!({ field: messages }))
    }

    /// Returns a 400 about several fields: their messages by name.
    pub(super) fn invalid_fields(errors: &Value) -> Self {
        let mut body = envelope(400, "Validation error");
        body["validation_errors"] = errors.clone();
        Self::json(400, &body)
    }

    /// Returns a 404 for a row that does not exist, such as a `Project`.
    pub(super) fn missing(model: &str) -> Self {
        Self::new(404, &format!("No {model} matches the given query."))
    }

    /// Returns the 404 page of routes that do not exist.
    pub(super) fn no_such_page() -> Self {
        Self::page(404)
    }

    /// Returns an HTML page.
    pub(super) fn page(status: u16) -> Self {
        let body = format!(
            "<!doctype html>\n<html lang=\"en\"><head><title>{status} | Label Studio</title></head></html>\n"
        );
        let content_type = [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
        Self(Box::new((code(status), content_type, body).into_response()))
    }

    /// Returns a 401, which names the scheme in a header.
    pub(super) fn unauthorized(detail: &str) -> Self {
        let Self(mut response) = Self::new(401, detail);
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token"));
        Self(response)
    }

    /// Returns any JSON.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self(Box::new((code(status), Json(body)).into_response()))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

/// Returns a good answer.
#[expect(clippy::unnecessary_wraps, reason = "routes end with it, and what they return may be a refusal")]
pub(super) fn answer(status: u16, body: &Value) -> Answer {
    Ok((code(status), Json(body)).into_response())
}

/// Reads an id out of a path; what is no number has no route.
pub(super) fn id(text: &str) -> Result<u64, Refusal> {
    text.parse().map_err(|_| Refusal::no_such_page())
}

/// Writes a value as Python prints it, as some error texts of Label Studio echo what was sent.
pub(super) fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) if text.contains('\'') && !text.contains('"') => format!("\"{text}\""),
        Value::String(text) => format!("'{}'", text.replace('\'', "\\'")),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("'{name}': {}", python(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

fn envelope(status: u16, detail: &str) -> Value {
    json!({
        "id": "9d2f3c44-6c0f-4f0e-8f3a-0a8f0a0b0c0d", "status_code": status, "version": "1.23.2",
        "detail": detail, "exc_info": null,
    })
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("only statuses that exist are written here")
}
