//! Files that Label Studio keeps, or knows the way to: uploads, local files, objects in connected storages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use reqwest::header::LOCATION;
use url::Url;

use super::address::Address;
use super::client::{Request, Studio};
use super::error::StudioError;
use crate::http::transport::Reply;
use crate::label::task::TaskId;

/// Spellings in lower case by which a path gets past a look at its segments, and which a proxy in front of Label Studio
/// may read as slashes and dots: they could make `/data/..%2fapi/` a path that gives no file but a key. Label Studio
/// writes none of them.
const DISGUISES: &[&str] = &["%2f", "%5c", "%252", "%255c", "..;"];

/// What Label Studio answers when it is asked for a file.
#[derive(Debug)]
pub enum File {
    Content(Reply),
    /// A presigned URL: whoever has it needs no key, and must not send one.
    Elsewhere(Url),
}

/// Returns whether an address is that of a file in some Label Studio, without scheme and host.
pub fn is_route(address: &str) -> bool {
    let somewhere = Url::parse("http://localhost").ok();
    let url = somewhere
        .filter(|_| address.starts_with('/') && !address.starts_with("//"))
        .and_then(|url| url.join(address).ok());
    url.is_some_and(|url| is_file(url.path().trim_start_matches('/')))
}

impl Address {
    /// Returns the route of a file below this address, with its query, if that is what a task's text is.
    ///
    /// Only files are taken: with the key in hand, a task could make this program read anything else. Label Studio
    /// writes addresses without its host, and without or with its path prefix; with both where its `HOST` is set.
    pub fn file_route(&self, text: &str) -> Option<String> {
        let base = self.url();
        let url = match text.strip_prefix('/') {
            Some(rest) if text.starts_with(base.path()) || rest.starts_with('/') => base.join(text).ok()?,
            Some(rest) => base.join(&format!("./{rest}")).ok()?,
            None => Url::parse(text).ok()?,
        };
        let is_ours = url.origin() == base.origin() && url.username().is_empty() && url.password().is_none();
        let route = url.path().strip_prefix(base.path()).filter(|route| is_ours && is_file(route))?;
        Some(match url.query() {
            Some(query) => format!("{route}?{query}"),
            None => route.to_owned(),
        })
    }
}

/// Returns the route that leads to an object of a storage; `None` where neither project nor task is known.
pub fn storage_route(uri: &str, task: TaskId, project: Option<u64>) -> Option<String> {
    let owner = match (project, task) {
        (Some(project), _) => format!("projects/{project}"),
        (None, TaskId::Id(task)) => format!("tasks/{task}"),
        (None, TaskId::Row(_)) => return None,
    };
    Some(format!("{owner}/resolve/?fileuri={}", URL_SAFE.encode(uri)))
}

impl Studio {
    /// Fetches a file of no more than `longest` bytes by its route.
    pub async fn file(&self, route: &str, longest: usize) -> Result<File, StudioError> {
        let request = Request::file(route, longest);
        let reply = self.send(&request).await?;
        if reply.status.is_redirection() {
            let location = reply.headers.get(LOCATION).and_then(|location| location.to_str().ok());
            let target = location.and_then(|location| self.address.route(route).join(location).ok());
            return target.map(File::Elsewhere).ok_or_else(|| StudioError::Unexpected {
                what: request.name(),
                words: format!("it redirects ({}) to nowhere", reply.status),
            });
        }
        match StudioError::from_reply(&reply, &request.name(), &self.address.to_string()) {
            Some(error) => Err(error),
            None => Ok(File::Content(reply)),
        }
    }
}

/// Returns whether a route is one of those that give files.
fn is_file(route: &str) -> bool {
    let lower = route.to_ascii_lowercase();
    if DISGUISES.iter().any(|disguise| lower.contains(disguise)) {
        return false;
    }
    let mut segments = route.split('/');
    match (segments.next(), segments.next(), segments.next()) {
        // Of its sample tasks, pictures and documents are static, and series are made when they are asked for.
        (Some("data" | "storage-data" | "static"), Some(folder), _) => !folder.is_empty(),
        (Some("samples"), Some(file), None) => !file.is_empty(),
        (Some("tasks" | "projects"), Some(id), Some("resolve" | "presign")) => {
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, text: &str, expect: Option<&str>) {
        assert_eq!(Address::parse(base).unwrap().file_route(text).as_deref(), expect, "{base} {text}");
    }

    #[test]
    fn files_are_known_by_their_routes_with_and_without_host_and_prefix() {
        for (base, prefix) in [("http://h:8080", ""), ("http://h:8080/ls", "/ls")] {
            check(base, "/data/upload/1/a b.png", Some("data/upload/1/a%20b.png"));
            check(base, "/data/upload/1/a..b%25.png", Some("data/upload/1/a..b%25.png"));
            check(base, "/data/local-files/?d=a%2Fb.png", Some("data/local-files/?d=a%2Fb.png"));
            check(base, "/static/samples/sample.jpg", Some("static/samples/sample.jpg"));
            check(base, "/samples/time-series.csv?sep=%2C", Some("samples/time-series.csv?sep=%2C"));
            check(base, "/tasks/3/resolve/?fileuri=czM6", Some("tasks/3/resolve/?fileuri=czM6"));
            check(base, &format!("{prefix}/data/upload/1/a.png"), Some("data/upload/1/a.png"));
            check(base, &format!("http://h:8080{prefix}/data/upload/1/a.png"), Some("data/upload/1/a.png"));
        }
    }

    #[test]
    fn nothing_else_is_asked_for_with_the_key() {
        for text in [
            "/api/token/",
            "/data/../api/token/",
            "/static/../api/token/",
            "/samples/../api/token/",
            "/data/%2e%2e/api/token/",
            "/data/upload/..%2f..%2Fapi/token/",
            "/data/upload/%2e%2e%2f%2e%2e%2fapi/token/",
            "/data/upload/..%5c..%5capi/token/",
            "/data/upload/..%252f..%252fapi/token/",
            "/data/upload/..%25252f..%25252fapi/token/",
            "/data/..;/api/token/",
            "/data/upload%2f..%2f..%2fapi/token/",
            "/data/",
            "/data",
            "/projects/1/",
            "/tasks/x/resolve/",
            "//elsewhere/data/upload/1/a.png",
            "http://elsewhere/data/upload/1/a.png",
            "https://h:8080/data/upload/1/a.png",
            "http://h/data/upload/1/a.png",
            "http://me:pw@h:8080/data/upload/1/a",
            "data/upload/1/a.png",
            "s3://h:8080/data/upload/1/a.png",
            "",
        ] {
            check("http://h:8080", text, None);
            assert!(!is_route(text), "{text}");
        }
        check("http://h:8080/ls", "http://h:8080/data/upload/1/a.png", None);
        assert!(is_route("/data/upload/1/a.png"));
    }

    #[test]
    fn an_object_of_a_storage_is_asked_for_by_project_or_task() {
        let check = |task, project, expect| {
            assert_eq!(storage_route("s3://b/a?b.png", task, project).as_deref(), expect);
        };
        check(TaskId::Id(3), Some(9), Some("projects/9/resolve/?fileuri=czM6Ly9iL2E_Yi5wbmc="));
        check(TaskId::Id(3), None, Some("tasks/3/resolve/?fileuri=czM6Ly9iL2E_Yi5wbmc="));
        check(TaskId::Row(3), None, None);
    }
}
