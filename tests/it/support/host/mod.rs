//! A server on a free port of this machine, in a thread and runtime of its own, that remembers every request.

use std::collections::BTreeSet;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use tokio::sync::{oneshot, watch};

use super::canned::Cut;
use super::gate::Gate;

mod wire;

use wire::{Connections, Scissors, WireListener};

/// Headers that carry a key, in any of the dialects spoken here.
const KEY_HEADERS: [&str; 4] = ["authorization", "api-key", "x-api-key", "cookie"];

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) method: String,
    pub(crate) path: String,
    /// As sent, still percent-encoded; empty if there is none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Host {
    address: SocketAddr,
    log: Arc<Log>,
    door: Door,
    connections: Connections,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Closes a server to new connections; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Door(watch::Sender<Option<Gate>>);

#[derive(Debug, Default)]
struct Log {
    records: Mutex<Vec<Record>>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

impl Record {
    /// Returns a header's value; empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("tests send readable headers"))
    }

    /// Returns the body as JSON, or null.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Returns method and path with every number replaced by `{id}` and without a slash at the end.
    pub(crate) fn route(&self) -> String {
        let segments = self.path.trim_end_matches('/').split('/');
        let named = segments.map(|segment| match segment.parse::<u64>() {
            Ok(_) => "{id}",
            Err(_) => segment,
        });
        format!("{} {}", self.method, named.collect::<Vec<_>>().join("/"))
    }
}

impl Host {
    /// Serves the routes until dropped.
    pub(crate) fn start(routes: Router) -> Self {
        let log = Arc::new(Log::default());
        let service = routes
            .layer(from_fn_with_state(Arc::clone(&log), remember))
            .into_make_service_with_connect_info::<Scissors>();
        let (stop, stopped) = oneshot::channel();
        let (closed, told_of_gates) = watch::channel(None);
        let connections = Connections::default();
        let counted = connections.clone();
        let (send_address, address) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(async move {
                let listener =
                    WireListener::bind(told_of_gates, counted).await.expect("a port of this machine is free");
                send_address.send(listener.address()).expect("the starter waits for the address");
                tokio::select! {
                    ended = axum::serve(listener, service) => ended.expect("serving does not fail"),
                    _ = stopped => {}
                }
            });
        });
        let address = address.recv().expect("the server starts");
        Self { address, log, door: Door(closed), connections, stop: Some(stop), thread: Some(thread) }
    }

    /// Serves an empty answer to everything, to show what reaches a host that is not meant.
    pub(crate) fn stranger() -> Self {
        Self::start(Router::new().fallback(|| async { "{}" }))
    }

    /// Refuses connections, as a server that is restarted does, until the gate opens that it returns.
    pub(crate) fn go_away(&self) -> Gate {
        let gate = self.door.close();
        gate.wait_for_arrivals(1);
        gate
    }

    /// Blocks the test until nothing is left of clients that are gone, such as requests that it has not read yet.
    pub(crate) fn wait_until_alone(&self) {
        let mut last = loop {
            // A door that was opened just now may still be closed.
            match TcpStream::connect(self.address) {
                Ok(stream) => break stream,
                Err(error) => assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused, "{error}"),
            }
            std::thread::yield_now();
        };
        // Connections are taken in their order, so that this one comes after all others.
        last.write_all(b"GET /health HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")
            .expect("it is open");
        last.read_to_end(&mut Vec::new()).expect("it is answered");
        self.connections.wait_until_none();
    }

    /// Returns its door, for those who may not wait until it is closed, such as a director of this very server.
    pub(crate) fn door(&self) -> Door {
        self.door.clone()
    }

    /// Returns `http://127.0.0.1:PORT`, without a slash at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns every request so far, in order of arrival.
    pub(crate) fn requests(&self) -> Vec<Record> {
        self.log.records.lock().expect("no holder of the lock panics").clone()
    }

    /// Returns how many requests came for a route such as `GET /api/projects/{id}`.
    pub(crate) fn count(&self, route: &str) -> usize {
        let records = self.log.records.lock().expect("no holder of the lock panics");
        records.iter().filter(|record| record.route() == route).count()
    }

    /// Returns the most requests that were ever under way at the same time.
    pub(crate) fn most_in_flight(&self) -> usize {
        self.log.most_in_flight.load(Ordering::SeqCst)
    }

    /// Returns every value of a header that carries a key or a session, whatever its form.
    pub(crate) fn keys_seen(&self) -> BTreeSet<String> {
        let requests = self.requests();
        let values =
            requests.iter().flat_map(|record| KEY_HEADERS.map(|name| record.header(name).to_owned()));
        values.filter(|value| !value.is_empty()).collect()
    }

    /// Returns the routes of requests that carried this text: in the URL, a header or the body.
    pub(crate) fn routes_that_saw(&self, secret: &str) -> Vec<String> {
        let saw = |record: &Record| {
            let headers = record.headers.values().any(|value| contains(value.as_bytes(), secret));
            let url = format!("{}?{}", record.path, record.query);
            headers || url.contains(secret) || contains(&record.body, secret)
        };
        self.requests().iter().filter(|record| saw(record)).map(Record::route).collect()
    }
}

impl Door {
    /// Refuses connections soon, until the gate opens that it returns; those that are there are not touched.
    pub(crate) fn close(&self) -> Gate {
        let gate = Gate::new();
        self.0.send_replace(Some(gate.clone()));
        gate
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // Dropping the sender is the signal.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "a mock server panicked");
        }
    }
}

/// Returns whether the text occurs in the bytes.
pub(crate) fn contains(bytes: &[u8], text: &str) -> bool {
    assert!(!text.is_empty(), "an empty text is everywhere");
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

async fn remember(
    State(log): State<Arc<Log>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return Response::new(Body::empty());
    };
    let record = Record {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.clone(),
        body: body.clone(),
    };
    log.records.lock().expect("no holder of the lock panics").push(record.clone());
    parts.extensions.insert(record);
    parts.headers.remove(header::CONTENT_LENGTH);
    let flight = Flight::start(&log);
    let response = next.run(Request::from_parts(parts, Body::from(body))).await;
    drop(flight);
    if response.extensions().get::<Cut>().is_some() {
        scissors.cut();
    }
    response
}

/// Counts a request as under way while it lives, also when its client goes away in the middle.
struct Flight(Arc<Log>);

impl Flight {
    fn start(log: &Arc<Log>) -> Self {
        let now = log.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        log.most_in_flight.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(log))
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}
