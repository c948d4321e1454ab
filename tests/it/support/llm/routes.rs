//! The routes of the five dialects, and those that tell what a server has.

use std::sync::Arc;

use axum::extract::{Extension, Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::Shared;
use super::asked::{Asked, Dialect};
use super::reply::refusal;
use crate::support::host::Record;

/// Returns all routes.
pub(super) fn routes(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(openai))
        .route("/v1/models", get(models))
        .route("/openai/v1/chat/completions", post(azure))
        .route("/openai/deployments/{deployment}/chat/completions", post(azure_classic))
        .route("/v1/messages", post(anthropic))
        .route("/api/chat", post(ollama))
        .route("/api/tags", get(tags))
        .fallback(nothing)
        .with_state(Arc::clone(shared))
}

/// Returns whether a path asks for a completion.
pub(super) fn is_chat(path: &str) -> bool {
    path.ends_with("/chat/completions") || matches!(path, "/v1/messages" | "/api/chat")
}

async fn openai(State(shared): State<Arc<Shared>>, Extension(record): Extension<Record>) -> Response {
    ask(shared, Asked::read(Dialect::OpenAi, None, record)).await
}

async fn azure(State(shared): State<Arc<Shared>>, Extension(record): Extension<Record>) -> Response {
    ask(shared, Asked::read(Dialect::AzureV1, None, record)).await
}

async fn azure_classic(
    State(shared): State<Arc<Shared>>,
    Path(deployment): Path<String>,
    Extension(record): Extension<Record>,
) -> Response {
    if !record.query.contains("api-version=") {
        return refusal(Dialect::AzureClassic, 404, "404", "Resource not found").respond().await;
    }
    ask(shared, Asked::read(Dialect::AzureClassic, Some(&deployment), record)).await
}

async fn anthropic(State(shared): State<Arc<Shared>>, Extension(record): Extension<Record>) -> Response {
    ask(shared, Asked::read(Dialect::Anthropic, None, record)).await
}

async fn ollama(State(shared): State<Arc<Shared>>, Extension(record): Extension<Record>) -> Response {
    ask(shared, Asked::read(Dialect::Ollama, None, record)).await
}

async fn ask(shared: Arc<Shared>, asked: Asked) -> Response {
    shared.reply(asked).await.respond().await
}

async fn models(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let models = shared.setup.models.iter();
    let models: Vec<Value> = models
        .map(|model| json!({"id": model, "object": "model", "created": 0, "owned_by": "test"}))
        .collect();
    Json(json!({"object": "list", "data": models}))
}

async fn tags(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let models: Vec<Value> =
        shared.setup.models.iter().map(|model| json!({"name": model, "model": model})).collect();
    Json(json!({"models": models}))
}

async fn nothing() -> Response {
    refusal(Dialect::OpenAi, 404, "not_found", "Invalid URL").respond().await
}
