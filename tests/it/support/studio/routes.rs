//! Which path leads where, with Label Studio's own mind about slashes at the end.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get, patch, post};
use serde_json::json;

use super::fault::{Director, Turn};
use super::refusal::{Answer, Refusal, answer};
use super::{Shared, auth, bulk, predictions, projects, tasks, views};
use crate::support::host::Record;

type Routes = Router<Arc<Shared>>;

/// Returns all routes, under the prefix.
pub(super) fn routes(shared: &Arc<Shared>, prefix: &str) -> Router {
    let guarded = guarded().layer(from_fn_with_state(Arc::clone(shared), auth::guard));
    let open = lenient(lenient(Router::new(), "/api/version", get(version)), "/health", get(health));
    let open = lenient(open, "/api/token/refresh", post(auth::refresh));
    let routes = open.merge(guarded).with_state(Arc::clone(shared));
    let routes = match prefix {
        "" => routes,
        prefix => Router::new().nest(prefix, routes),
    };
    let fallback = get(elsewhere).post(elsewhere).patch(elsewhere).delete(elsewhere);
    let routes = routes.fallback_service(fallback.with_state(Arc::clone(shared)));
    routes.layer(from_fn_with_state(Arc::clone(shared), intercept))
}

/// Routes that ask for a key.
fn guarded() -> Routes {
    let project = get(projects::read).patch(projects::change);
    let versions = get(projects::versions).delete(projects::delete_version);
    let task = patch(tasks::change).get(tasks::read).delete(tasks::delete);
    let prediction = get(predictions::read).delete(predictions::delete);
    let slash_or_not: [(&str, MethodRouter<Arc<Shared>>); 9] = [
        ("/api/projects", get(projects::list).post(projects::create)),
        ("/api/projects/{id}", project),
        ("/api/projects/{id}/model-versions", versions),
        ("/api/tasks", get(tasks::list)),
        ("/api/tasks/{id}", task),
        ("/api/predictions", get(predictions::list).post(predictions::create)),
        ("/api/predictions/{id}", prediction),
        ("/api/dm/views", get(views::list).post(views::create)),
        ("/api/dm/views/{id}", get(views::read)),
    ];
    let routes = slash_or_not
        .into_iter()
        .fold(Router::new(), |routes, (path, methods)| lenient(routes, path, methods));
    routes
        .route("/api/current-user/whoami", get(auth::whoami))
        .route("/api/projects/{id}/import", post(tasks::import))
        .route("/api/projects/{id}/import/predictions", post(bulk::import))
}

/// Adds a route that answers with and without a slash at the end.
fn lenient(routes: Routes, path: &str, methods: MethodRouter<Arc<Shared>>) -> Routes {
    routes.route(path, methods.clone()).route(&format!("{path}/"), methods)
}

/// Puts the answers of the test's script in front of everything else.
async fn intercept(
    State(shared): State<Arc<Shared>>,
    Extension(record): Extension<Record>,
    mut request: Request,
    next: Next,
) -> Response {
    let director = shared.world().faults.director.clone();
    match director.and_then(|Director(director)| director(&record)) {
        Some(Turn::Answer(canned)) => return canned.respond().await,
        Some(Turn::Fault(fault)) => drop(request.extensions_mut().insert(fault)),
        None => {}
    }
    let canned = shared.world().faults.intercepted(&record.route());
    match canned {
        Some(canned) => canned.respond().await,
        None => next.run(request).await,
    }
}

/// `GET /api/version` needs no key.
async fn version(State(shared): State<Arc<Shared>>) -> Answer {
    let release = &shared.release;
    let short = release.rsplit_once('.').map_or(release.as_str(), |(short, _)| short);
    answer(
        200,
        &json!({
            "release": release,
            "label-studio-os-package": {"version": release, "short_version": short, "latest_version_from_pypi": null,
                "latest_version_upload_time": null, "current_version_is_outdated": false},
            "label-studio-os-backend": {"message": "", "commit": "df96d79", "date": "2026/09/25 23:22:13",
                "branch": "", "version": format!("{release}+0.gdf96d79.dirty")},
            "label-studio-converter": {"version": "2.1.2"}, "edition": "Community",
        }),
    )
}

/// `GET /health` answers JSON under the name of HTML.
async fn health() -> Html<&'static str> {
    Html("{\"status\": \"UP\"}")
}

/// A path that is no route: a page, except that the version is told under any base path.
async fn elsewhere(State(shared): State<Arc<Shared>>, Extension(record): Extension<Record>) -> Response {
    if record.route().ends_with("/api/version") {
        return version(State(shared)).await.into_response();
    }
    Refusal::no_such_page().into_response()
}
