//! The transport against a server on the loopback interface.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::judge::{Attempt, Judge};
use super::pace::{Limits, Pace};
use super::retry::{RetryPolicy, Verdict, retry_after};
use super::stop::{self, Stop};
use super::transport::{Call, Counters, Repeat, Reply, SendError, Transport};

fn transport(max_retries: u32, stop: Stop) -> Transport {
    let policy = RetryPolicy {
        max_retries,
        shortest: Duration::from_millis(2),
        longest: Duration::from_millis(8),
        max_wait: Duration::from_secs(7_200),
    };
    Transport { client: super::client().unwrap(), policy, pace: Arc::new(Pace::default()), stop }
}

fn call(address: &str, repeat: Repeat) -> Call {
    let mut key = HeaderValue::from_static("Bearer top-secret-key");
    key.set_sensitive(true);
    Call {
        method: Method::POST,
        url: format!("{address}/v1/ask?key=hidden").parse().unwrap(),
        headers: HeaderMap::from_iter([(AUTHORIZATION, key)]),
        body: Some(b"{}".to_vec()),
        tokens: 0,
        timeout: Duration::from_secs(20),
        repeat,
    }
}

fn judge(reply: &Reply) -> Verdict {
    let message = format!("{}: {}", reply.status.as_u16(), String::from_utf8_lossy(&reply.body));
    match reply.status.as_u16() {
        200..300 => Verdict::Done,
        401 => Verdict::Abort { message, advice: "log in".to_owned() },
        429 | 500..600 => Verdict::Retry {
            after: retry_after(&reply.headers, std::time::SystemTime::now()),
            limited: reply.status == StatusCode::TOO_MANY_REQUESTS,
            message,
        },
        _ => Verdict::Reject(message),
    }
}

/// Starts a server that gives these answers, the last of them for ever.
async fn server(answers: &[ResponseTemplate]) -> MockServer {
    let server = MockServer::start().await;
    let (last, firsts) = answers.split_last().unwrap();
    for answer in firsts {
        Mock::given(any()).respond_with(answer.clone()).up_to_n_times(1).mount(&server).await;
    }
    Mock::given(any()).respond_with(last.clone()).mount(&server).await;
    server
}

async fn received(server: &MockServer) -> usize {
    server.received_requests().await.unwrap().len()
}

fn answer(status: u16) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_string("words of the server")
}

/// Sends once against these answers; expects this outcome after so many requests.
async fn check(answers: &[ResponseTemplate], repeat: Repeat, expect: (&str, usize)) {
    let server = server(answers).await;
    let outcome = transport(2, Stop::never()).send(&call(&server.uri(), repeat), &judge).await;
    let outcome = match outcome {
        Ok(reply) => reply.status.as_u16().to_string(),
        Err(error) => format!("{error:?}").replace(&server.uri(), "http://HOST"),
    };
    assert_eq!((outcome.as_str(), received(&server).await), expect);
}

#[tokio::test]
async fn a_failing_server_is_asked_again_until_it_answers_or_the_budget_ends() {
    check(&[answer(200)], Repeat::Always, ("200", 1)).await;
    check(&[answer(500), answer(503), answer(200)], Repeat::Always, ("200", 3)).await;
    let gave_up = "GaveUp { attempts: 3, message: \"http://HOST/v1/ask: 500: words of the server\", status: Some(500) }";
    check(&[answer(500)], Repeat::Always, (gave_up, 3)).await;
}

#[tokio::test]
async fn what_can_never_succeed_is_sent_once() {
    let rejected = "Rejected { status: 400, message: \"400: words of the server\" }";
    check(&[answer(400)], Repeat::Always, (rejected, 1)).await;
    let aborted = "Aborted { status: 401, message: \"http://HOST/v1/ask: 401: words of the server\", advice: \"log in\" }";
    check(&[answer(401)], Repeat::Always, (aborted, 1)).await;
}

#[tokio::test]
async fn a_post_that_may_have_landed_is_not_sent_again() {
    let unknown = "Unknown { message: \"http://HOST/v1/ask: 500: words of the server\" }";
    check(&[answer(500), answer(200)], Repeat::OnlyUnsent, (unknown, 1)).await;
    check(&[answer(429), answer(200)], Repeat::OnlyUnsent, ("200", 2)).await;
}

#[tokio::test]
async fn a_redirect_is_an_error_that_names_the_target_without_its_query() {
    let moved =
        ResponseTemplate::new(302).insert_header("location", "https://elsewhere.example/login?next=secret");
    let server = server(&[moved]).await;
    let error =
        transport(2, Stop::never()).send(&call(&server.uri(), Repeat::Always), &judge).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("(302) to `https://elsewhere.example/login`,"), "{text}");
    assert!(matches!(error, SendError::Aborted { .. }) && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn an_error_never_shows_the_key_that_the_server_echoes() {
    let echo = ResponseTemplate::new(400).set_body_string("bad key top-secret-key!");
    let expect = "Rejected { status: 400, message: \"400: bad key [hidden]!\" }";
    check(&[echo], Repeat::Always, (expect, 1)).await;
}

#[tokio::test]
async fn a_server_that_asks_for_too_long_a_wait_is_left_at_once() {
    let server = server(&[answer(429).insert_header("retry-after", "7300")]).await;
    let error =
        transport(2, Stop::never()).send(&call(&server.uri(), Repeat::Always), &judge).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("asks to wait 2 h 2 min, until 2"), "{text}");
    assert!(text.contains(" UTC, more than the 2 h allowed"), "{text}");
    assert!(text.ends_with("go on later, or allow more with `--max-wait`"), "{text}");
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn a_refused_connection_says_so_for_both_kinds_of_calls() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for repeat in [Repeat::Always, Repeat::OnlyUnsent] {
        let address = format!("http://user:password@127.0.0.1:{port}");
        let transport = transport(2, Stop::never());
        let error = transport.send(&call(&address, repeat), &judge).await.unwrap_err();
        let expect = format!(
            "http://127.0.0.1:{port}/v1/ask: connection refused; is the server running, and are host and port right? \
             (gave up after 3 attempts)"
        );
        assert_eq!(error.to_string(), expect);
        assert!(matches!(error, SendError::Unreachable { .. }), "{error:?}");
        assert_eq!(transport.counters(), Counters { attempts: 3, retries: 2, limited: 0 });
    }
}

/// Starts a server that reads a request, says `words` and hangs up; returns its address.
async fn rude_server(words: &'static [u8]) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4_096];
            let _: usize = socket.read(&mut request).await.unwrap();
            socket.write_all(words).await.unwrap();
        }
    });
    address
}

#[tokio::test]
async fn a_cut_connection_is_repeated_only_where_that_does_no_harm() {
    for words in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"] {
        let address = rude_server(words).await;
        let error =
            transport(1, Stop::never()).send(&call(&address, Repeat::OnlyUnsent), &judge).await.unwrap_err();
        assert!(matches!(error, SendError::Unknown { .. }), "{error:?}");
        assert!(error.to_string().contains("/v1/ask: the connection was cut"), "{error}");
        let error =
            transport(1, Stop::never()).send(&call(&address, Repeat::Always), &judge).await.unwrap_err();
        assert!(matches!(error, SendError::GaveUp { attempts: 2, status: None, .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_in_time_is_named_with_the_time() {
    let server = server(&[answer(200).set_delay(Duration::from_secs(60))]).await;
    let call = Call { timeout: Duration::from_millis(50), ..call(&server.uri(), Repeat::OnlyUnsent) };
    let error = transport(1, Stop::never()).send(&call, &judge).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown { .. }), "{error:?}");
    assert!(error.to_string().contains("timed out after 0.05 s"), "{error}");
}

#[tokio::test]
async fn one_refusal_pauses_everyone_and_only_once() {
    let refusal = answer(429).insert_header("retry-after-ms", "300");
    let server = server(&[refusal.clone(), refusal.clone(), refusal.clone(), refusal, answer(200)]).await;
    let transport = transport(6, Stop::never());
    let call = call(&server.uri(), Repeat::Always);
    let start = Instant::now();
    let replies = join_all((0..4).map(|_| transport.send(&call, &judge))).await;
    let took = start.elapsed();
    assert!(replies.iter().all(Result::is_ok), "{replies:?}");
    assert!(Duration::from_millis(300) <= took, "nobody came through the pause, yet it took {took:?}");
    assert_eq!(transport.counters(), Counters { attempts: 8, retries: 4, limited: 4 });
}

#[tokio::test]
async fn a_refusal_that_names_no_wait_is_waited_for_by_the_reset_of_its_limit() {
    let refusal = answer(429).insert_header("x-ratelimit-remaining-requests", "0");
    let refusal = refusal.insert_header("x-ratelimit-reset-requests", "300ms");
    let server = server(&[refusal, answer(200)]).await;
    let start = Instant::now();
    transport(2, Stop::never()).send(&call(&server.uri(), Repeat::Always), &judge).await.unwrap();
    assert!(Duration::from_millis(300) <= start.elapsed(), "{:?}", start.elapsed());
    assert_eq!(received(&server).await, 2);
}

#[tokio::test]
async fn nothing_is_sent_where_nothing_is_left_for_longer_than_allowed() {
    let spent = answer(200).insert_header("x-ratelimit-remaining-tokens", "99");
    let server = server(&[spent.insert_header("x-ratelimit-reset-tokens", "5h")]).await;
    let (transport, call) = (transport(2, Stop::never()), call(&server.uri(), Repeat::Always));
    transport.send(&call, &judge).await.unwrap();
    let error = transport.send(&Call { tokens: 100, ..call }, &judge).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains(", more than the 2 h allowed"), "{text}");
    assert_eq!(received(&server).await, 1);
}

#[tokio::test]
async fn what_an_attempt_used_is_what_the_next_one_pays_for() {
    /// Says that each attempt used so many tokens.
    struct Used(Option<u64>);
    impl Judge for Used {
        fn verdict(&self, reply: &Reply) -> Verdict {
            judge(reply)
        }
        fn settle(&self, _attempt: &Attempt<'_>) -> Option<u64> {
            self.0
        }
    }
    let server = server(&[answer(200)]).await;
    let took = async |used| {
        let start = Instant::now();
        let limits = Limits { tpm: Some(60_000), ..Limits::default() };
        let transport = Transport { pace: Arc::new(Pace::new(&limits)), ..transport(0, Stop::never()) };
        let call = Call { tokens: 400, ..call(&server.uri(), Repeat::Always) };
        for _ in 0..2 {
            transport.send(&call, &Used(used)).await.unwrap();
        }
        start.elapsed()
    };
    // A thousand tokens fall in a second.
    assert!(Duration::from_millis(400) <= took(None).await);
    assert!(Duration::from_millis(700) <= took(Some(700)).await);
}

#[tokio::test]
async fn stopping_ends_a_wait_for_another_attempt() {
    for status in [429, 500] {
        let server = server(&[answer(status).insert_header("retry-after", "3600")]).await;
        let (stopper, stop) = stop::channel();
        let transport = transport(6, stop);
        let call = call(&server.uri(), Repeat::Always);
        let start = Instant::now();
        let stopping = async {
            while received(&server).await == 0 {
                tokio::task::yield_now().await;
            }
            stopper.stop();
        };
        let (outcome, ()) = tokio::join!(transport.send(&call, &judge), stopping);
        assert!(matches!(outcome, Err(SendError::Stopped)), "{outcome:?}");
        assert!(start.elapsed() < Duration::from_secs(600), "it did not wait for the end");
        assert_eq!(received(&server).await, 1);
        let Counters { attempts, retries, .. } = transport.counters();
        assert_eq!((attempts, retries), (1, 0), "nothing was repeated");
    }
}

#[tokio::test]
async fn stopping_lets_a_request_on_the_wire_finish() {
    let server = server(&[answer(200).set_delay(Duration::from_millis(100))]).await;
    let (stopper, stop) = stop::channel();
    let transport = transport(6, stop);
    let call = call(&server.uri(), Repeat::Always);
    let stopping = async {
        while transport.counters().attempts == 0 {
            tokio::task::yield_now().await;
        }
        stopper.stop();
    };
    let (outcome, ()) = tokio::join!(transport.send(&call, &judge), stopping);
    assert_eq!(outcome.unwrap().status, 200);
    assert!(matches!(transport.send(&call, &judge).await, Err(SendError::Stopped)));
}

#[tokio::test]
async fn a_body_carries_its_length() {
    let server = server(&[answer(200)]).await;
    transport(0, Stop::never()).send(&call(&server.uri(), Repeat::Always), &judge).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].headers["content-length"], "2");
}

#[tokio::test]
async fn a_reply_that_is_longer_than_its_reader_wants_is_given_up() {
    struct Short(usize);
    impl Judge for Short {
        fn verdict(&self, _reply: &Reply) -> Verdict {
            Verdict::Done
        }

        fn longest(&self) -> usize {
            self.0
        }
    }
    let server = server(&[answer(200).set_body_bytes(vec![b'x'; 1_000])]).await;
    let call = call(&server.uri(), Repeat::Always);
    let transport = transport(0, Stop::never());
    assert_eq!(transport.send(&call, &Short(1_000)).await.unwrap().body.len(), 1_000);
    let error = transport.send(&call, &Short(999)).await.unwrap_err();
    assert!(error.to_string().ends_with("the answer is longer than 999 bytes"), "{error}");
    assert!(matches!(error, SendError::Rejected { .. }), "{error:?}");
}
