//! A wire between the program and Label Studio that tells when a bulk call has passed it.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::gate::Gate;
use super::servers::{LabelStudio, block_on, runtime};

/// Passes on what comes, until it is dropped.
#[derive(Debug)]
pub(crate) struct Relay {
    address: SocketAddr,
    /// Where everybody passes who has sent a whole bulk call; it is open.
    imported: Gate,
    passing: JoinHandle<()>,
}

impl Relay {
    /// Begins to pass on to a Label Studio.
    pub(crate) fn to(place: &LabelStudio) -> Self {
        let target = place.url.trim_start_matches("http://").to_owned();
        let listener = block_on(TcpListener::bind(("127.0.0.1", 0))).expect("a port of this machine is free");
        let address = listener.local_addr().expect("it was bound just now");
        let imported = Gate::new();
        imported.open();
        let passed = imported.clone();
        let passing = runtime().spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (target, passed) = (target.clone(), passed.clone());
                tokio::spawn(async move { drop(pass(client, &target, &passed).await) });
            }
        });
        Self { address, imported, passing }
    }

    /// Returns the Label Studio as it is reached through the relay.
    pub(crate) fn through(&self, place: &LabelStudio) -> LabelStudio {
        LabelStudio { url: format!("http://{}", self.address), ..place.clone() }
    }

    /// Blocks until so many bulk calls have reached Label Studio to their last byte.
    pub(crate) fn wait_for_imports(&self, count: usize) {
        self.imported.wait_for_arrivals(count);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.passing.abort();
    }
}

/// Passes on one connection.
async fn pass(client: TcpStream, target: &str, imported: &Gate) -> io::Result<()> {
    let server = TcpStream::connect(target).await?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { copy(&mut from_server, &mut to_client).await });
    let mut sent = Vec::new();
    let mut buffer = vec![0; 1 << 16];
    let mut is_told = false;
    loop {
        let count = from_client.read(&mut buffer).await?;
        if count == 0 {
            return to_server.shutdown().await;
        }
        to_server.write_all(&buffer[..count]).await?;
        sent.extend_from_slice(&buffer[..count]);
        if !is_told && is_whole_import(&sent) {
            is_told = true;
            imported.pass().await;
        }
    }
}

fn is_whole_import(sent: &[u8]) -> bool {
    let text = String::from_utf8_lossy(sent);
    // A connection may have carried other requests before.
    let Some((_, call)) = text.split_once("/import/predictions HTTP/") else { return false };
    let Some((head, body)) = call.split_once("\r\n\r\n") else { return false };
    let head = head.to_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    length.is_some_and(|length| length <= body.len())
}
